namespace Saker.Router.Tests.Ingest;

public sealed class ListenTests
{
    [Fact]
    public async Task An_address_that_cannot_be_used_is_told_with_the_cure()
    {
        await using var fixture = await IngestFixture.StartAsync();
        var absent = await Assert.ThrowsAsync<IOException>(() => fixture.StartAnotherAsync(2801, "192.0.2.1"));
        Assert.Equal("this machine has no address '192.0.2.1'; set listenaddress to one of its own, or leave it out to listen on every address.", absent.Message);

        var taken = await Assert.ThrowsAsync<IOException>(() => fixture.StartAnotherAsync(fixture.Port));
        Assert.Equal($"another program listens on port {fixture.Port} already; stop that one, or choose another listenport.", taken.Message);
    }
}
