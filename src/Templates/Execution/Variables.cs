namespace Saker.Templates.Execution;

/// <summary>The variables in sight, innermost last.</summary>
internal sealed class Variables
{
    private readonly List<(string Name, TemplateValue Value)> _items = [];

    public int Mark => _items.Count;

    public TemplateValue this[string name]
    {
        get => _items[IndexOf(name)].Value;
        set => _items[IndexOf(name)] = (name, value);
    }

    public void Push(string name, TemplateValue value) => _items.Add((name, value));

    public void Forget(int mark) => _items.RemoveRange(mark, _items.Count - mark);

    private int IndexOf(string name)
    {
        var index = _items.FindLastIndex(item => item.Name == name);
        return index >= 0 ? index : throw new TemplateFault($"undefined variable: {name}");
    }
}
