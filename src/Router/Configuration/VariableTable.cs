using Saker.Settings;

namespace Saker.Router.Configuration;

/// <summary>The variable of every key, made from the option records and never guessed from a variable's name.</summary>
internal static class VariableTable
{
    /// <summary>All keys below a path, sections included; in the place of a name that is the user's stands <c>NAME</c>.</summary>
    public static IEnumerable<(string Variable, string Path, OptionKey Key)> Of(OptionSchema schema, string path)
    {
        foreach (var key in schema.Keys)
        {
            var keyPath = OptionsBinder.Join(path, key.Name);
            if (key.Kind is not (OptionKind.Section or OptionKind.NamedSections))
            {
                yield return (EnvironmentVariables.NameOf(keyPath), keyPath, key);
                continue;
            }

            foreach (var nested in Of(key.Section, key.Kind == OptionKind.Section ? keyPath : OptionsBinder.Join(keyPath, "NAME")))
            {
                yield return nested;
            }
        }
    }
}
