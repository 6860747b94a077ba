using Saker.Alerts;
using Saker.Outputs.Requests;

namespace Saker.Outputs.Aws.Settings;

/// <summary>Region and addresses, from where AWS's own programs take them (https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html).</summary>
internal sealed class AwsSettings(AwsOptions options, Func<string, string?> variable)
{
    // Partitions whose names end otherwise: https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
    private static readonly (string Prefix, string Domain)[] Partitions =
    [
        ("cn-", "amazonaws.com.cn"), ("eusc-", "amazonaws.eu"), ("us-iso-", "c2s.ic.gov"), ("us-isob-", "sc2s.sgov.gov"),
        ("us-isof-", "csp.hci.ic.gov"), ("eu-isoe-", "cloud.adc-e.uk"),
    ];

    public AwsOptions Options => options;

    public ProfileFiles Profiles { get; } = new(variable);

    /// <summary>The profile whose name is set, or <c>default</c>; AWS_PROFILE is the variable of <c>aws.profile</c>.</summary>
    public string Profile => options.Profile.Length > 0 ? options.Profile : "default";

    /// <summary>The region that is set somewhere; empty when none is.</summary>
    public string Region =>
        options.Region.Length > 0 ? options.Region : Variable("AWS_DEFAULT_REGION") is { Length: > 0 } region ? region : OfProfile("region");

    /// <summary>A variable; empty when it is not set.</summary>
    public string Variable(string name) => variable(name) ?? "";

    /// <summary>True for a variable that says so.</summary>
    public bool IsOn(string name) => Variable(name).Equals("true", StringComparison.OrdinalIgnoreCase);

    /// <summary>The address of a service: as set for it, as set for all, or the region's own.</summary>
    public string Address(string service, string region)
    {
        if (options.Endpoint.Length > 0)
        {
            return options.Endpoint;
        }

        if (!IsOn("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"))
        {
            var set = new[] { Variable($"AWS_ENDPOINT_URL_{service.ToUpperInvariant()}"), Variable("AWS_ENDPOINT_URL"), OfProfile("endpoint_url") }
                .FirstOrDefault(static address => address.Length > 0 && UrlCheck.Fault(new Secret(address)) is null);
            if (set is not null)
            {
                return set;
            }
        }

        var host = IsOn("AWS_USE_FIPS_ENDPOINT") ? $"{service}-fips" : service;
        var domain = Partitions.FirstOrDefault(partition => region.StartsWith(partition.Prefix, StringComparison.Ordinal)).Domain ?? "amazonaws.com";
        return $"https://{host}.{region}.{(IsOn("AWS_USE_DUALSTACK_ENDPOINT") && domain == "amazonaws.com" ? "api.aws" : domain)}";
    }

    private string OfProfile(string key) => Profiles.Find(Profile)?.GetValueOrDefault(key) ?? "";
}
