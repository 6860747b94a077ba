namespace Saker.Mutants;

/// <summary>A room whose tests are tried: what is changed in it must be noticed.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Project">The project that holds it.</param>
/// <param name="Folder">The folder whose files are changed, from the repository's root.</param>
/// <param name="Tests">The test project that must notice.</param>
/// <param name="Namespace">The namespace of the tests that are about the room.</param>
/// <param name="Slow">Test methods that take seconds, with * for any: they are asked only when the others have noticed nothing.</param>
internal sealed record Room(string Name, string Project, string Folder, string Tests, string Namespace, params IReadOnlyList<string> Slow)
{
    /// <summary>All rooms of which the mutants are made.</summary>
    public static IReadOnlyList<Room> All { get; } =
    [
        new("Rules", "src/Rules/Rules.csproj", "src/Rules", "Rules.Tests", "Saker.Rules.Tests"),
        new(
            "Conditions", "src/Conditions/Conditions.csproj", "src/Conditions", "Conditions.Tests", "Saker.Conditions.Tests",
            "Saker.Conditions.Tests.Properties.*", "Saker.Conditions.Tests.RecordedConditions.Verdicts_are_those_that_Falco_gave"),
        new("Settings", "src/Settings/Settings.csproj", "src/Settings", "Settings.Tests", "Saker.Settings.Tests"),
        new(
            "Delivery", "src/Router/Router.csproj", "src/Router/Delivery", "Router.Tests", "Saker.Router.Tests.Delivery",
            "Saker.Router.Tests.Delivery.DeliveryModelTests.What_was_acknowledged_arrives_whatever_happens"),
    ];

    /// <summary>Arguments that choose the tests which are quick.</summary>
    public IReadOnlyList<string> Quick => ["-namespace", Namespace, "-namespace", Namespace + ".*", .. Slow.SelectMany(static name => new[] { "-method-", name })];

    /// <summary>Arguments that choose the tests which are slow; none when there are none.</summary>
    public IReadOnlyList<string> Others => [.. Slow.SelectMany(static name => new[] { "-method", name })];
}
