namespace Saker.Router.Benchmarks.Allocation;

/// <summary>An output as it is measured.</summary>
/// <param name="Figure">The figure's name in the budgets.</param>
/// <param name="Start">Starts the other side, with a folder for its files; null where it cannot be had.</param>
internal sealed record MeasuredOutput(string Figure, Func<string, Destination?> Start)
{
    /// <summary>Every output, with its defaults unless the figure's name says more.</summary>
    public static IReadOnlyList<MeasuredOutput> All { get; } =
    [
        OverHttp("output.alertmanager", static port => $"alertmanager: {{hostport: 'http://127.0.0.1:{port}'}}"),
        OverHttp("output.aws.sns", static port => $$"""
            aws:
              accesskeyid: AKIDEXAMPLE
              secretaccesskey: secret
              checkidentity: false
              sns: {topicarn: 'arn:aws:sns:eu-west-1:123456789012:falco', endpoint: 'http://127.0.0.1:{{port}}'}
            """),
        OverHttp("output.elasticsearch", static port => $"elasticsearch: {{hostport: 'http://127.0.0.1:{port}'}}"),
        OverHttp("output.elasticsearch.batching", static port => $"elasticsearch: {{hostport: 'http://127.0.0.1:{port}', batching: {{enabled: true, flushinterval: 200ms}}}}"),
        new("output.file", static folder => new($"outputs: {{file: {{type: file, path: '{folder}/alerts'}}}}", null)),
        new("output.kafka", static _ => StartKafka()),
        OverHttp("output.loki", static port => $"loki: {{hostport: 'http://127.0.0.1:{port}'}}"),

        // Its address is fixed and is TLS, so it is led to the destination by a proxy; what TLS allocates is in the figure, on both sides.
        OverHttp("output.pagerduty", static port => $"pagerduty: {{routingkey: 0123456789abcdef0123456789abcdef, proxy: 'http://127.0.0.1:{port}', checkcert: false}}"),
        OverHttp("output.router", static port => $"outputs: {{central: {{type: router, address: 'http://127.0.0.1:{port}/', token: token}}}}"),
        OverHttp("output.slack", static port => $"slack: {{webhookurl: 'http://127.0.0.1:{port}/hook'}}"),
        new("output.smtp", static _ => StartMail()),
        OverHttp("output.splunk", static port => $"splunk: {{host: 'http://127.0.0.1:{port}', token: token}}"),

        // Each alert by itself: how many wait together hangs on the disk, and made the figure differ by a half from run to run.
        new("output.timescaledb", static folder => OwnPostgres.Start(folder, RunningRouter.FreePort()) is { } server
            ? new($"timescaledb: {{host: 127.0.0.1, port: {server.Port}, database: postgres, createtable: true, batchsize: 1}}", server)
            : null),
        OverHttp("output.webhook", static port => $"webhook: {{address: 'http://127.0.0.1:{port}/hook'}}"),

        // Last, since standard output leads to nowhere until this router has ended.
        new("output.stdout", static _ => new("outputs: {stdout: {type: stdout, enabled: true}}", new QuietOutput())),
    ];

    private static MeasuredOutput OverHttp(string figure, Func<int, string> configuration) => new(figure, _ =>
    {
        var sink = new SilentHttp();
        return new(configuration(sink.Port), sink);
    });

    private static Destination StartKafka()
    {
        var cluster = new MockKafka();
        return new($"kafka: {{hostport: '{cluster.Servers}', topic: {MockKafka.Topic}}}", cluster);
    }

    private static Destination StartMail()
    {
        var server = SilentMail.Start();
        return new($"smtp: {{hostport: '127.0.0.1:{server.Port}', tls: false, from: falco@example.com, to: team@example.com}}", server);
    }
}

/// <summary>The other side of an output.</summary>
/// <param name="Configuration">What a router is told so that it delivers there.</param>
/// <param name="Server">What takes the alerts; null for a file.</param>
internal sealed record Destination(string Configuration, IDisposable? Server) : IDisposable
{
    public void Dispose() => Server?.Dispose();
}
