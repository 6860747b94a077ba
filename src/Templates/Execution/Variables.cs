using Saker.Templates.Values;

namespace Saker.Templates.Execution;

/// <summary>The variables in sight, innermost last.</summary>
internal sealed class Variables
{
    private readonly List<(string Name, TemplateValue Value)> items = [];

    public int Mark => items.Count;

    public TemplateValue this[string name]
    {
        get => items[IndexOf(name)].Value;
        set => items[IndexOf(name)] = (name, value);
    }

    public void Push(string name, TemplateValue value) => items.Add((name, value));

    public void Forget(int mark) => items.RemoveRange(mark, items.Count - mark);

    private int IndexOf(string name)
    {
        var index = items.FindLastIndex(item => item.Name == name);
        return index >= 0 ? index : throw new TemplateFault($"undefined variable: {name}");
    }
}
