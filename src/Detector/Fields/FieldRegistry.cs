namespace Saker.Detector.Fields;

/// <summary>Readers of fields by name, as the families list them.</summary>
internal sealed class FieldRegistry
{
    private readonly Dictionary<string, (FieldReader Reader, FieldFormat Format)> readers = new(StringComparer.Ordinal);

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
        FsPathFields.Register(registry);
        ContainerFields.Register(registry);
        return registry;
    }

    /// <summary>Adds a field's reader; a name given twice is an error of the program.</summary>
    public void Add(string name, FieldReader reader, FieldFormat format = FieldFormat.Plain) => readers.Add(name, (reader, format));

    /// <summary>The reader of a field; false when this build has none.</summary>
    public bool TryFind(string name, out FieldReader reader, out FieldFormat format)
    {
        bool found = readers.TryGetValue(name, out var entry);
        (reader, format) = entry;
        return found;
    }
}
