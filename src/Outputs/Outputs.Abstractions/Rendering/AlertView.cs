using Saker.Alerts;

namespace Saker.Outputs.Rendering;

/// <summary>
/// An alert as messages show it: whole, or under strict compatibility as Falcosidekick's outputs see it (unknown keys left out, long fields
/// cut, fields that are no texts missing from lists). The one place where messages ask which of the two is wanted.
/// </summary>
public readonly struct AlertView
{
    private AlertView(Alert alert, bool isStrict) => (Alert, IsStrict) = (alert, isStrict);

    /// <summary>The alert as it is to be shown.</summary>
    public Alert Alert { get; }

    /// <summary>Exactly what Falcosidekick shows.</summary>
    public bool IsStrict { get; }

    /// <summary>The fields that a message lists, as texts, in their order.</summary>
    public IEnumerable<KeyValuePair<string, string>> Fields
    {
        get
        {
            foreach (var (name, value) in Alert.OutputFields)
            {
                if (!IsStrict || value.Kind is FieldKind.Text)
                {
                    yield return new(name, value.ToString());
                }
            }
        }
    }

    /// <summary>The view of an alert.</summary>
    public static AlertView For(Alert alert, bool strict) => new(strict ? StrictAlert.Of(alert) : alert, strict);

    /// <summary>The same with other fields.</summary>
    public AlertView With(AlertFields fields) => new(Alert with { OutputFields = fields }, IsStrict);

    /// <summary>The alert as JSON, with everything that came with it.</summary>
    public ReadOnlyMemory<byte> ToJson() => IsStrict ? StrictAlert.ToJson(Alert) : AlertWriter.ToBytes(Alert);

    /// <summary>Room for a message of at most so many characters; without end under strict compatibility, where nothing else is cut.</summary>
    public CharacterBudget Room(int characters) => new(IsStrict ? int.MaxValue : characters);
}
