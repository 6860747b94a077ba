using System.Collections.Frozen;
using Saker.Outputs;
using Saker.Outputs.Mail;
using Saker.Router.Configuration;

namespace Saker.DocGen.Pictures;

/// <summary>Which outputs have a picture of what arrives, and who draws it. An output that people read gets a line here.</summary>
internal static class PictureList
{
    /// <summary>The folder of the pictures.</summary>
    public const string Folder = "docs/reference/outputs/pictures";

    private static readonly FrozenDictionary<string, Picture> ByType = new Picture[]
    {
        new("slack", "An alert as a message in Slack: the text beside a bar in the colour of its priority, and its fields in two columns",
            "webhookurl: https://hooks.slack.com/services/T0/B0/EXAMPLE", SlackPicture.Draw),
        new("smtp", "An alert as a mail: the subject with priority and text, and a table with its fields",
            "{ hostport: 'mail.example.com:587', from: Saker <saker@example.com>, to: security@example.com }", MailPicture.Draw),
    }.ToFrozenDictionary(static picture => picture.Type, StringComparer.Ordinal);

    /// <summary>
    /// Falcosidekick's chats, also those that are still to come: none of them has a page without a picture. Only for outputs that
    /// Falcosidekick does not have, nothing tells that people read them.
    /// </summary>
    public static IReadOnlyList<string> Chats { get; } =
        ["cliq", "discord", "googlechat", "mattermost", "rocketchat", "slack", "teams", "telegram", "webex"];

    /// <summary>The outputs that have a picture.</summary>
    public static IEnumerable<string> Types => ByType.Keys;

    /// <summary>The outputs that must have a picture: chats and mail.</summary>
    public static IEnumerable<string> Wanted(OutputCatalogue catalogue) => catalogue.All
        .Where(static output => Chats.Contains(output.Descriptor.Type) || MailOutputs.All.Contains(output))
        .Select(static output => output.Descriptor.Type);

    /// <summary>The picture of an output; null where it has none.</summary>
    public static Picture? Of(OutputRegistration output) => ByType.GetValueOrDefault(output.Descriptor.Type);
}

/// <summary>A picture of the sample alert at its destination.</summary>
/// <param name="Type">The output.</param>
/// <param name="Alt">What is seen, in one sentence, for who cannot see it.</param>
/// <param name="Keys">The keys that the output cannot do without, in YAML.</param>
/// <param name="Drawer">Draws what the output sends, under a title.</param>
internal sealed record Picture(string Type, string Alt, string Keys, Func<ReadOnlyMemory<byte>, string, string> Drawer)
{
    /// <summary>Where it stands in the project.</summary>
    public string File => $"{PictureList.Folder}/{Type}.svg";

    /// <summary>The drawing.</summary>
    public async Task<string> DrawAsync(OutputRegistration output) => Drawer(await SampleDelivery.BodyAsync(output, Keys), Alt);
}
