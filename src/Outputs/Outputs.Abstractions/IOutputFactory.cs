namespace Saker.Outputs;

/// <summary>What every output type says about itself.</summary>
/// <typeparam name="TOptions">The options record.</typeparam>
public interface IOutputType<in TOptions>
    where TOptions : OutputOptions
{
    /// <summary>What the output is and can do.</summary>
    static abstract OutputDescriptor Descriptor { get; }

    /// <summary>How many alerts an instance takes at once.</summary>
    static virtual BatchLimits Batch(TOptions options) => BatchLimits.One;

    /// <summary>
    /// True for an exception of the output's client that means "not now". Those of sockets, streams, HTTP and time limits are known anyway.
    /// </summary>
    static virtual bool IsTransient(Exception exception) => false;
}

/// <summary>Ties an output to its options: the compiler checks the pair, a list names it, nothing is scanned.</summary>
/// <typeparam name="TOptions">The options record.</typeparam>
public interface IOutputFactory<in TOptions> : IOutputType<TOptions>
    where TOptions : OutputOptions
{
    /// <summary>Makes an instance. Opens no connection: a destination that is down at start is a retry later.</summary>
    /// <exception cref="OutputConfigurationException">An option cannot be used; found only here because it had to be compiled or read.</exception>
    static abstract IOutput Create(TOptions options, OutputContext context);
}

/// <summary>The same for an output of a group that has options of its own: <c>aws.region</c> for all of <c>aws.…</c>.</summary>
/// <typeparam name="TOptions">The options record.</typeparam>
/// <typeparam name="TGroup">The group's options record.</typeparam>
public interface IOutputFactory<in TOptions, in TGroup> : IOutputType<TOptions>
    where TOptions : OutputOptions
    where TGroup : class, new()
{
    /// <summary>Makes an instance. Opens no connection: a destination that is down at start is a retry later.</summary>
    /// <exception cref="OutputConfigurationException">An option cannot be used; found only here because it had to be compiled or read.</exception>
    static abstract IOutput Create(TOptions options, TGroup group, OutputContext context);
}

/// <summary>An option that cannot be used.</summary>
/// <param name="key">The key in lower case, below the instance: <c>messageformat</c>.</param>
/// <param name="message">What is wrong and how to cure it, without secrets.</param>
public sealed class OutputConfigurationException(string key, string message) : Exception(message)
{
    /// <summary>The key in lower case, below the instance.</summary>
    public string Key { get; } = key;
}
