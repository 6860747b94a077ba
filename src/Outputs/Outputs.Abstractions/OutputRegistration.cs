namespace Saker.Outputs;

/// <summary>One line in a project's list of outputs.</summary>
public sealed class OutputRegistration
{
    private readonly Func<OutputOptions, object?, OutputContext, IOutput> create;
    private readonly Func<OutputOptions, BatchLimits> batch;

    private OutputRegistration(
        OutputDescriptor descriptor, OutputOptions defaults, OutputGroup? group, Func<OutputOptions, BatchLimits> batch, Func<Exception, bool> isTransient, Func<OutputOptions, object?, OutputContext, IOutput> create)
    {
        Descriptor = descriptor;
        Defaults = defaults;
        Group = group;
        IsTransient = isTransient;
        this.batch = batch;
        this.create = create;
    }

    /// <summary>What the output is and can do.</summary>
    public OutputDescriptor Descriptor { get; }

    /// <summary>The options record; configuration binds it.</summary>
    public Type OptionsType => Defaults.GetType();

    /// <summary>The options as they are when nothing was configured.</summary>
    public OutputOptions Defaults { get; }

    /// <summary>The group whose options the output shares; null for none.</summary>
    public OutputGroup? Group { get; }

    /// <summary>True for an exception of the output's client after which another attempt may succeed.</summary>
    public Func<Exception, bool> IsTransient { get; }

    /// <summary>A registration of an output with its options.</summary>
    public static OutputRegistration For<TOutput, TOptions>()
        where TOutput : IOutput, IOutputFactory<TOptions>
        where TOptions : OutputOptions, new() =>
        new(TOutput.Descriptor, new TOptions(), null, static options => TOutput.Batch((TOptions)options), TOutput.IsTransient,
            static (options, _, context) => TOutput.Create((TOptions)options, context));

    /// <summary>A registration of an output of a group: its type is <c>GROUP.NAME</c>.</summary>
    public static OutputRegistration For<TOutput, TOptions, TGroup>()
        where TOutput : IOutput, IOutputFactory<TOptions, TGroup>
        where TOptions : OutputOptions, new()
        where TGroup : class, new() =>
        new(TOutput.Descriptor, new TOptions(), new OutputGroup(TOutput.Descriptor.Type.Split('.')[0], typeof(TGroup)), static options => TOutput.Batch((TOptions)options), TOutput.IsTransient,
            static (options, group, context) => TOutput.Create((TOptions)options, (TGroup)group!, context));

    /// <summary>How many alerts an instance takes at once.</summary>
    /// <param name="options">A record of <see cref="OptionsType"/>.</param>
    public BatchLimits Batch(OutputOptions options) => batch(options);

    /// <summary>Makes an instance.</summary>
    /// <param name="options">A record of <see cref="OptionsType"/>.</param>
    /// <param name="group">A record of the group's options; null for an output without a group.</param>
    /// <param name="context">What the router hands in.</param>
    /// <exception cref="OutputConfigurationException">An option cannot be used.</exception>
    public IOutput Create(OutputOptions options, object? group, OutputContext context) => create(options, group, context);
}

/// <summary>Outputs that share a section and its options.</summary>
/// <param name="Name">The section: <c>aws</c>.</param>
/// <param name="OptionsType">The record of the options that all of them share.</param>
public sealed record OutputGroup(string Name, Type OptionsType);
