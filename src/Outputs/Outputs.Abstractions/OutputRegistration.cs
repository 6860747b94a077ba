namespace Saker.Outputs;

/// <summary>One line in a project's list of outputs.</summary>
public sealed class OutputRegistration
{
    private readonly Func<OutputOptions, OutputContext, IOutput> create;

    private OutputRegistration(OutputDescriptor descriptor, Type optionsType, Func<OutputOptions> defaults, Func<OutputOptions, OutputContext, IOutput> create)
    {
        Descriptor = descriptor;
        OptionsType = optionsType;
        Defaults = defaults();
        this.create = create;
    }

    /// <summary>What the output is and can do.</summary>
    public OutputDescriptor Descriptor { get; }

    /// <summary>The options record; configuration binds it.</summary>
    public Type OptionsType { get; }

    /// <summary>The options as they are when nothing was configured.</summary>
    public OutputOptions Defaults { get; }

    /// <summary>A registration of an output with its options.</summary>
    public static OutputRegistration For<TOutput, TOptions>()
        where TOutput : IOutput, IOutputFactory<TOptions>
        where TOptions : OutputOptions, new() =>
        new(TOutput.Descriptor, typeof(TOptions), static () => new TOptions(), static (options, context) => TOutput.Create((TOptions)options, context));

    /// <summary>Makes an instance.</summary>
    /// <param name="options">A record of <see cref="OptionsType"/>.</param>
    /// <param name="context">What the router hands in.</param>
    /// <exception cref="OutputConfigurationException">An option cannot be used.</exception>
    public IOutput Create(OutputOptions options, OutputContext context) => create(options, context);
}
