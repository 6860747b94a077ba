using System.Net;
using System.Text;
using Saker.Router.Tests.Ingest;

namespace Saker.Router.Tests.Log;

/// <summary>What a sender is told while the disk delays, fails and tears.</summary>
public sealed class DurabilityTests
{
    [Fact]
    public async Task No_sender_hears_200_before_the_sync_that_covers_its_alert()
    {
        var files = new CrashableFiles();
        using var hold = new SemaphoreSlim(0);
        using var reached = new SemaphoreSlim(0);
        files.BeforeSync = _ =>
        {
            reached.Release();
            hold.Wait(TestContext.Current.CancellationToken);
        };
        await using var ingest = await IngestFixture.StartAsync(files: files);
        using var client = new HttpClient();
        var answers = Enumerable.Range(0, 5).Select(i => PostAsync(client, ingest.Port, i)).ToList();
        await reached.WaitAsync(TestContext.Current.CancellationToken);
        await Task.Delay(200, TestContext.Current.CancellationToken);
        Assert.DoesNotContain(answers, static answer => answer.IsCompleted);
        Assert.Empty(ingest.Stored());
        files.BeforeSync = null;
        hold.Release(100);
        Assert.All(await Task.WhenAll(answers), static answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Equal(5, ingest.Stored().Count);
    }

    [Fact]
    public async Task A_failing_disk_is_503_with_a_time_to_come_again_and_a_healthy_one_is_200_at_once()
    {
        var files = new CrashableFiles { BeforeSync = static _ => throw new IOException("the device is gone") };
        await using var ingest = await IngestFixture.StartAsync(files: files);
        using var client = new HttpClient();
        for (var i = 0; i < 3; i++)
        {
            var (status, after) = await PostAsync(client, ingest.Port, i);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
            Assert.True(after > TimeSpan.Zero);
        }

        Assert.Contains("device is gone", ingest.Intake.Fault, StringComparison.Ordinal);
        files.BeforeSync = null;
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(client, ingest.Port, 3)).Status);
        Assert.Null(ingest.Intake.Fault);
        Assert.Single(ingest.Stored());
    }

    private static async Task<(HttpStatusCode Status, TimeSpan? After)> PostAsync(HttpClient client, int port, int number)
    {
        using var content = new StringContent($$"""{"output":"{{number}}","priority":"Warning","rule":"r","time":"2026-11-24T10:00:00Z","output_fields":{"a":1} }""", Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(new Uri($"http://127.0.0.1:{port}/"), content, TestContext.Current.CancellationToken);
        return (answer.StatusCode, answer.Headers.RetryAfter?.Delta);
    }
}
