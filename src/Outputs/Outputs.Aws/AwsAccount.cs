using Saker.Outputs.Aws.Credentials;
using Saker.Outputs.Aws.Services;
using Saker.Outputs.Aws.Settings;
using Saker.Outputs.Aws.Signing;

namespace Saker.Outputs.Aws;

/// <summary>What an output to AWS works with: credentials, a region, and services to send to.</summary>
internal sealed class AwsAccount : IDisposable
{
    private readonly AwsSettings settings;
    private readonly HttpOutputOptions options;
    private readonly OutputContext context;
    private readonly TokenService sts;
    private readonly MetadataService metadata;
    private readonly CredentialChain chain;
    private readonly string ofTarget;
    private string region = "";

    /// <param name="group">The options that all outputs to AWS share.</param>
    /// <param name="options">The instance's options.</param>
    /// <param name="context">The instance's context.</param>
    /// <param name="ofTarget">The region that the name of what is written to tells; empty when it tells none.</param>
    public AwsAccount(AwsOptions group, HttpOutputOptions options, OutputContext context, string ofTarget = "")
    {
        (settings, this.options, this.context, this.ofTarget) = (new AwsSettings(group, context.Variable), options, context, ofTarget);
        sts = new TokenService(settings, options, context);
        metadata = new MetadataService(settings, context);
        chain = new CredentialChain(settings, sts, metadata, context);
        Credentials = chain.For(RegionAsync);
    }

    public CredentialCache Credentials { get; }

    /// <summary>Asks AWS whose the credentials are, unless <c>aws.checkidentity</c> is off.</summary>
    public async ValueTask<DeliveryResult> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            return settings.Options.CheckIdentity ? await sts.WhoAsync(Credentials, await RegionAsync(cancellationToken), cancellationToken) : DeliveryResult.Delivered;
        }
        catch (NoCredentialsException exception)
        {
            return exception.Result;
        }
    }

    /// <summary>A service in the account's region.</summary>
    /// <param name="name">Its name: <c>sns</c>.</param>
    /// <param name="descriptor">The output's descriptor.</param>
    /// <param name="address">Its address; empty for where it is by itself.</param>
    /// <param name="configured">The parameter that comes from the configuration.</param>
    /// <param name="cancellationToken">Ends the question for the region.</param>
    /// <exception cref="NoCredentialsException">Nobody knows the region.</exception>
    public async ValueTask<AwsService> ServiceAsync(string name, OutputDescriptor descriptor, string address, string configured, CancellationToken cancellationToken)
    {
        var place = await RegionAsync(cancellationToken);
        return place.Length == 0
            ? throw new NoCredentialsException("No region of AWS is set: not in aws.region, nor in AWS_DEFAULT_REGION, nor in a profile. Look at aws.region.")
            : new AwsService(name, address.Length > 0 ? address : settings.Address(name, place), place, descriptor, options, context, Credentials) { Configured = configured };
    }

    public void Dispose() => chain.Dispose();

    private async ValueTask<string> RegionAsync(CancellationToken cancellationToken)
    {
        if (region.Length == 0)
        {
            var set = settings.Region;
            region = context.Strict && set.Length > 0 ? set // as AWS's SDK does for Falcosidekick, even when it cannot work
                : ofTarget.Length > 0 ? ofTarget
                : set.Length > 0 ? set
                : await metadata.RegionAsync(cancellationToken);
        }

        return region;
    }
}
