namespace Saker.Detector.Fields;

/// <summary>Readers of fields by name, as the families list them.</summary>
internal sealed class FieldRegistry
{
    private readonly Dictionary<string, FieldReading> readers = new(StringComparer.Ordinal);

    /// <summary>The readers of all families.</summary>
    public static FieldRegistry Create()
    {
        var registry = new FieldRegistry();
        EvtFields.Register(registry);
        ArgumentFields.Register(registry);
        ProcFields.Register(registry);
        AncestorFields.Register(registry);
        ThreadFields.Register(registry);
        UserFields.Register(registry);
        FdFields.Register(registry);
        FdEndFields.Register(registry);
        FdListFields.Register(registry);
        FsPathFields.Register(registry);
        ContainerFields.Register(registry);
        KubernetesFields.Register(registry);
        return registry;
    }

    /// <summary>Adds a field's reader; a name given twice is an error of the program.</summary>
    public void Add(string name, FieldReader reader, FieldFormat format = FieldFormat.Plain, FieldReader? shown = null) =>
        readers.Add(name, new FieldReading(reader, format, shown));

    /// <summary>How a field is read; null when this build cannot.</summary>
    public FieldReading? Find(string name) => readers.GetValueOrDefault(name);
}
