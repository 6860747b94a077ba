using Saker.Router.Options;

namespace Saker.Router.Ingest;

/// <summary>What the endpoints need to know of the configuration.</summary>
/// <param name="MaxBodyBytes">Largest body, as it comes and unpacked.</param>
/// <param name="MaxBufferedBytes">Bytes of all bodies together.</param>
/// <param name="ReadTimeout">Time for a body to come.</param>
/// <param name="Strict">Answers exactly as recorded: neither batches nor gzip.</param>
internal sealed record HttpBounds(long MaxBodyBytes, long MaxBufferedBytes, TimeSpan ReadTimeout, bool Strict)
{
    public static HttpBounds From(RouterOptions options) =>
        new(options.Http.MaxBodySize.Bytes, options.Http.MaxBufferedBytes.Bytes, options.Http.ReadTimeout, options.StrictCompatibility);
}
