namespace Saker.Outputs.Aws.Signing;

/// <summary>Keeps credentials until they are about to end. While new ones cannot be had, the old ones serve as long as they are valid.</summary>
internal sealed class CredentialCache(Func<CancellationToken, ValueTask<AwsCredentials>> find, TimeProvider clock) : IDisposable
{
    // Instances and containers hand out new ones five minutes before the old ones end.
    private static readonly TimeSpan RenewedBefore = TimeSpan.FromMinutes(4);
    private readonly SemaphoreSlim finding = new(1);
    private volatile AwsCredentials? kept;

    /// <summary>Where the credentials in use come from.</summary>
    public string Source => kept?.Source ?? "";

    /// <summary>The credentials.</summary>
    /// <exception cref="NoCredentialsException">There are none.</exception>
    public async ValueTask<AwsCredentials> GetAsync(CancellationToken cancellationToken)
    {
        if (kept is { } fresh && IsValid(fresh, RenewedBefore))
        {
            return fresh;
        }

        await finding.WaitAsync(cancellationToken);
        try
        {
            var old = kept;
            if (old is not null && IsValid(old, RenewedBefore))
            {
                return old;
            }

            try
            {
                return kept = await find(cancellationToken);
            }
            catch (NoCredentialsException) when (old is not null && IsValid(old, TimeSpan.Zero))
            {
                return old;
            }
        }
        finally
        {
            finding.Release();
        }
    }

    /// <summary>Throws temporary credentials away, which their service calls expired. False: these stay the same however often they are asked for.</summary>
    public bool Forget()
    {
        var old = kept;
        kept = null;
        return old is null or { Expires: not null };
    }

    public void Dispose() => finding.Dispose();

    private bool IsValid(AwsCredentials credentials, TimeSpan ahead) => credentials.Expires is null || credentials.Expires - ahead > clock.GetUtcNow();
}
