using System.Globalization;
using Saker.Router.Options;
using Saker.Text;

namespace Saker.Router.Api;

/// <summary>A parameter of an endpoint: how it is read, and what the reference says of it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it does.</param>
internal sealed record ApiParameter(string Name, string Description)
{
    /// <summary>Stands in the path.</summary>
    public bool InPath { get; init; }

    /// <summary>The least and the largest number; null for a text.</summary>
    public (long Least, long Most)? Range { get; init; }

    /// <summary>The words that it may be; none for any text.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>Its text in a request; null when it is not there.</summary>
    public string? Text(HttpContext context) =>
        InPath ? (string?)context.Request.RouteValues[Name] : context.Request.Query[Name] is [{ Length: > 0 } text, ..] ? text : null;

    /// <summary>Its number in a request that was checked; null when it is not there.</summary>
    public long? Number(HttpContext context) => Text(context) is { } text ? long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : null;

    /// <summary>What is wrong with it in a request; null when nothing is.</summary>
    public ProblemError? Check(HttpContext context)
    {
        if (!InPath && context.Request.Query[Name].Count > 1)
        {
            return new ProblemError(Name, $"'{Name}' is given more than once; give it once.");
        }

        if (Text(context) is not { } text)
        {
            return null;
        }

        if (Range is { } range && (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < range.Least || number > range.Most))
        {
            var bounds = range.Most == long.MaxValue
                ? string.Create(CultureInfo.InvariantCulture, $"from {range.Least} on") : string.Create(CultureInfo.InvariantCulture, $"from {range.Least} to {range.Most}");
            return new ProblemError(Name, $"'{Name}' is '{Shown(text)}'; give a whole number {bounds}.");
        }

        return Words.Count > 0 && !Words.Contains(text)
            ? new ProblemError(Name, $"'{Name}' is '{Shown(text)}'; give {string.Join(" or ", Words)}.")
            : null;
    }

    /// <summary>Names a parameter that the endpoint does not have: one that is misspelt must not widen what a request means.</summary>
    public static ProblemError Unknown(string name, IReadOnlyList<ApiParameter> known) => new(
        Shown(name),
        $"There is no parameter '{Shown(name)}' here{NearestWord.Hint(name, known.Select(static one => one.Name))}{(known.Count == 0 ? "" : $" Those that there are: {string.Join(", ", known.Select(static one => one.Name))}.")}");

    private static string Shown(string text) => text.Length <= 64 ? text : text[..64] + "…";
}

/// <summary>The role that an endpoint needs.</summary>
/// <param name="Role">The role.</param>
internal sealed record ApiRole(ClientRole Role);

/// <summary>Who asks.</summary>
/// <param name="Name">How the log names them.</param>
internal sealed record ApiCaller(string Name)
{
    /// <summary>The owner of the data directory, or root, who may do everything: nobody else reaches its socket.</summary>
    public static ApiCaller Owner { get; } = new("a command on this machine");
}
