using System.Text;

namespace Saker.Outputs.Testing;

/// <summary>The values that the kit puts into options that are secrets, and looks for in every text that comes out.</summary>
public static class PlantedSecrets
{
    /// <summary>The value for a key.</summary>
    public static string Of(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return $"s3cret-of-{key.Replace('.', '-')}-0123456789abcdef";
    }

    /// <summary>What a text says to who takes its words for base64: user and password go like that.</summary>
    public static string Decoded(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return string.Join('\n', text.Split([' ', '\n', ',']).Select(static word =>
        {
            var bytes = new byte[word.Length];
            return Convert.TryFromBase64String(word.Trim(), bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : "";
        }));
    }
}
