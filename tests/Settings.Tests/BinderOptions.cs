using System.ComponentModel.DataAnnotations;
using Saker.Alerts;

namespace Saker.Settings.Tests;

/// <summary>Options of the kinds that <see cref="SampleOptions"/> has not.</summary>
[SnakeCaseKeys]
public sealed record BinderOptions : ICheckedOptions
{
    public IReadOnlyList<BinderRoute> AllRoutes { get; init; } = [];

    [RegularExpression("^[a-z]*$", ErrorMessage = "must be of the letters a to z.")]
    public IReadOnlyList<string> BareWords { get; init; } = ["a", "b"];

    [KeyName("how-many")]
    public int? Count { get; init; }

    public IReadOnlyList<int> Numbers { get; init; } = [1];

    internal string Hidden { get; init; } = "not a key";

    [Range(1, 5)]
    public IReadOnlyDictionary<string, int> Weights { get; init; } = new Dictionary<string, int> { ["x"] = 1, ["y"] = 2 };

    public BinderInner Inner { get; init; } = new();

    public IReadOnlyList<Secret> Keys { get; init; } = [];

    public Secret Password { get; init; } = new("default");

    public string ReadOnly => "not a key";

    public string Private { get; private set; } = "not a key";

    public string this[int index] { get => $"{index}"; set => Private = value; }

    public IEnumerable<OptionFault> Validate()
    {
        if (Count == 13)
        {
            yield return new OptionFault("how-many", "13 is too many.");
            yield return new OptionFault("numbers", "13 goes with no numbers.");
        }
    }
}

public sealed record BinderRoute
{
    [Required]
    public string Name { get; init; } = "";

    public Secret Token { get; init; } = Secret.None;

    public Priority Least { get; init; } = Priority.Debug;
}

public sealed record BinderInner : ICheckedOptions
{
    [Required]
    public string Name { get; init; } = "";

    public bool Off { get; init; }

    public IReadOnlyDictionary<string, Secret> Tokens { get; init; } = new Dictionary<string, Secret>();

    public IEnumerable<OptionFault> Validate()
    {
        if (Off)
        {
            yield return new OptionFault("name", "Nobody needs a name that is off.");
        }
    }
}

internal sealed record SizeOptions
{
    [Range(1024L, 1L << 30)]
    public ByteSize Size { get; init; }
}
