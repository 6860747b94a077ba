using System.ComponentModel.DataAnnotations;
using Saker.Alerts;
using Saker.Outputs.Requests;
using Saker.Settings;

namespace Saker.Outputs.Http.PeerRouter;

/// <summary>Options of the output to another router.</summary>
internal sealed record PeerRouterOptions : HttpOutputOptions
{
    /// <summary>The URL on which the other router takes alerts: <c>https://central.example.com:2801</c>.</summary>
    [Required, RequestHead]
    public Secret Address { get; init; } = Secret.None;

    /// <summary>The token that the other router has for this one (<c>http.clients</c> there, with the role <c>router</c>): with it the alerts keep their uuid. Empty for none, and for Falcosidekick.</summary>
    [RequestHead]
    public Secret Token { get; init; } = Secret.None;

    /// <inheritdoc/>
    public override IEnumerable<OptionFault> Validate() => [.. base.Validate(), .. UrlCheck.Faults("address", Address)];
}
