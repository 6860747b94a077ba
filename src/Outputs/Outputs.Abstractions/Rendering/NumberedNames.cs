namespace Saker.Outputs.Rendering;

/// <summary>Names that a destination makes of fields, where two fields may come to the same one.</summary>
public static class NumberedNames
{
    /// <summary>Adds a value under its name; where that is taken, the first stays and this one has <c>_2</c>, <c>_3</c> … behind its name.</summary>
    public static void AddNumbered<T>(this IDictionary<string, T> named, string name, T value)
    {
        ArgumentNullException.ThrowIfNull(named);
        if (named.TryAdd(name, value))
        {
            return;
        }

        for (var number = 2; !named.TryAdd($"{name}_{number}", value); number++)
        {
        }
    }
}
