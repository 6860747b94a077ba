using System.Text;
using Saker.Conditions.Fields;
using Saker.Detector.Fields;
using Saker.Detector.State;

namespace Saker.Detector.RuleTools;

/// <summary>Values of fields as an output shows them.</summary>
internal sealed class FieldText
{
    private readonly byte[] buffer = new byte[EventContext.ScratchBytes];

    /// <summary>The value of the present event.</summary>
    public string Of(FieldReference field, AlertContext context)
    {
        var writer = new Utf8Writer(buffer);
        ValueFormatter.WriteText(field, context.ReadShown(field), ref writer);
        return Encoding.UTF8.GetString(writer.Written);
    }
}
