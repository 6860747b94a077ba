using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Saker.Conditions.Fields;
using Saker.Detector.AddressNames;
using Saker.Detector.Events;
using Saker.Detector.Fields;
using Saker.Detector.Tests.Fields;
using Saker.Detector.Tests.Outputs;

namespace Saker.Detector.Tests.AddressNames;

/// <summary>Names of addresses: of names that rules have, and of addresses that events have.</summary>
public sealed class NameInquiries
{
    private readonly FakeTimeProvider clock = new();
    private readonly Resolver resolver = new();

    [Fact]
    public async Task Names_of_rules_are_known_when_the_start_is_over()
    {
        resolver.Addresses["pool.example.com"] = ["192.0.2.7", "2001:db8::7"];
        resolver.Addresses["other.example.com"] = ["192.0.2.7", "::ffff:192.0.2.8"];
        await using var inquiry = Inquiry(["pool.example.com", "other.example.com", "nowhere.example.com", "no name", "192.0.2.1", ""]);
        await inquiry.StartAsync(TimeSpan.FromSeconds(3));
        Assert.Equal("pool.example.com", NameOf(inquiry, "192.0.2.7")); // the rules have it first
        Assert.Equal("pool.example.com", NameOf(inquiry, "2001:db8::7"));
        Assert.Equal("other.example.com", NameOf(inquiry, "192.0.2.8"));
        Assert.Equal("", NameOf(inquiry, "192.0.2.9"));
        Assert.Equal((3, 0L, 1L), (inquiry.Known, inquiry.Asked, inquiry.Absent));
        Assert.Equal(["nowhere.example.com", "other.example.com", "pool.example.com"], resolver.AskedNames.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Names_of_rules_are_looked_up_again_and_what_they_had_is_remembered_for_a_while()
    {
        resolver.Addresses["pool.example.com"] = ["192.0.2.7"];
        await using var inquiry = Inquiry(["pool.example.com"]);
        await inquiry.StartAsync(TimeSpan.FromSeconds(3));
        resolver.Addresses["pool.example.com"] = ["192.0.2.8"];
        await AfterAsync(NameInquiry.Refresh, () => NameOf(inquiry, "192.0.2.8") == "pool.example.com");
        Assert.Equal("pool.example.com", NameOf(inquiry, "192.0.2.7"));
        await AfterAsync(NameInquiry.Lifetime, () => NameOf(inquiry, "192.0.2.7").Length == 0);
        Assert.Equal("pool.example.com", NameOf(inquiry, "192.0.2.8"));
    }

    [Fact]
    public async Task A_resolver_that_does_not_answer_does_not_hold_the_start_up()
    {
        resolver.Silent = new TaskCompletionSource();
        await using var inquiry = Inquiry(["pool.example.com"]);
        var start = inquiry.StartAsync(TimeSpan.FromSeconds(3));
        Assert.False(start.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(3));
        await start.WaitAsync(When.Patience, TestContext.Current.CancellationToken);
        Assert.Equal("", NameOf(inquiry, "192.0.2.7"));
    }

    [Fact]
    public async Task The_name_of_an_address_comes_later_and_counts_when_it_has_the_address()
    {
        resolver.Names["192.0.2.1"] = "good.example.com.";
        resolver.Addresses["good.example.com"] = ["192.0.2.1"];
        resolver.Names["192.0.2.2"] = "good.example.com"; // its owner says so, the name's does not
        resolver.Names["192.0.2.3"] = "bad\n.example.com";
        resolver.Addresses["bad\n.example.com"] = ["192.0.2.3"];
        await using var inquiry = Inquiry([], reverse: true);
        await inquiry.StartAsync(TimeSpan.FromSeconds(3));
        string[] addresses = ["192.0.2.2", "192.0.2.3", "192.0.2.1"];
        Assert.All(addresses, address => Assert.Equal("", NameOf(inquiry, address)));
        await When.IsAsync(() => NameOf(inquiry, "192.0.2.1") == "good.example.com" && resolver.AskedAddresses.Count == 3);
        Assert.Equal(3, inquiry.Asked); // each once
        Assert.Equal("", NameOf(inquiry, "192.0.2.2"));
        Assert.Equal("", NameOf(inquiry, "192.0.2.3"));
        Assert.Equal(1, inquiry.Known);
        // That there is none is forgotten first.
        await AfterAsync(NameInquiry.AbsenceLifetime, () => NameOf(inquiry, "192.0.2.2").Length == 0 && inquiry.Asked == 4);
    }

    [Fact]
    public async Task Only_so_many_are_remembered()
    {
        await using var inquiry = Inquiry([], reverse: true, limit: 2);
        await inquiry.StartAsync(TimeSpan.FromSeconds(3));
        for (var i = 0; i < 10; i++)
        {
            NameOf(inquiry, $"192.0.2.{i}");
        }

        Assert.Equal((2L, 8L), (inquiry.Asked, inquiry.LeftOut));
    }

    [Fact]
    public async Task Fields_have_the_names_of_both_ends()
    {
        resolver.Addresses["client.example.com"] = ["10.0.0.1"];
        resolver.Addresses["server.example.com"] = ["10.0.0.2"];
        await using var inquiry = Inquiry(["client.example.com", "server.example.com"]);
        await inquiry.StartAsync(TimeSpan.FromSeconds(3));
        using var probe = new FieldProbe();
        probe.State.Interfaces.Add([10, 0, 0, 1]);
        probe.Events.Exec(10, "nc");
        probe.Events.Send(EventType.SocketExit, 10, ("fd", 3), ("domain", 2), ("type", 1), ("proto", 6));
        const string fields = "fd.cip.name fd.sip.name fd.lip.name fd.rip.name";
        byte[] tuple = [2, 10, 0, 0, 1, 0x39, 0x30, 10, 0, 0, 2, 0x50, 0];
        Assert.Equal("<NA> <NA> <NA> <NA>", probe.Show(fields, EventType.ConnectExit, 10, ("res", 0), ("fd", 3), ("tuple", tuple)));
        probe.State.AddressNames = inquiry;
        Assert.Equal("client.example.com server.example.com client.example.com server.example.com", probe.Show(fields, EventType.ConnectExit, 10, ("res", 0), ("fd", 3), ("tuple", tuple)));
    }

    [Fact]
    public void Fields_say_why_they_have_no_value_where_names_are_not_looked_up()
    {
        foreach (var name in FieldCatalogue.AddressNames)
        {
            Assert.Contains("address_names.enabled", new FieldResolver(new FieldCatalogue()).Resolve(name, null, out _, out _)!.Definition.Unavailable, StringComparison.Ordinal);
            Assert.Null(new FieldResolver(new FieldCatalogue(FieldSources.AddressNames)).Resolve(name, null, out _, out _)!.Definition.Unavailable);
        }
    }

    [Fact]
    public async Task The_systems_resolver_knows_this_machine_and_never_throws()
    {
        var system = new SystemResolver();
        var stop = TestContext.Current.CancellationToken;
        Assert.Contains(await system.AddressesOfAsync("localhost", stop), IPAddress.IsLoopback);
        Assert.Empty(await system.AddressesOfAsync(new string('a', 300), stop));
        Assert.NotEqual("", await system.NameOfAsync(IPAddress.Loopback, stop));
    }

    private static string NameOf(NameInquiry inquiry, string address) => Encoding.ASCII.GetString(inquiry.NameOf(IPAddress.Parse(address).GetAddressBytes()));

    private NameInquiry Inquiry(IReadOnlyList<string> names, bool reverse = false, int limit = 1000) => new(names, reverse, limit, resolver, clock);

    /// <summary>Lets time go by, in steps that a timer sees, until it is so.</summary>
    private async Task AfterAsync(TimeSpan time, Func<bool> condition)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += NameInquiry.Refresh)
        {
            clock.Advance(NameInquiry.Refresh);
        }

        await When.IsAsync(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return condition();
        });
    }

    private sealed class Resolver : INameResolver
    {
        public ConcurrentDictionary<string, string[]> Addresses { get; } = new(StringComparer.Ordinal);

        public ConcurrentDictionary<string, string> Names { get; } = new(StringComparer.Ordinal);

        public ConcurrentBag<string> AskedNames { get; } = [];

        public ConcurrentBag<IPAddress> AskedAddresses { get; } = [];

        public TaskCompletionSource? Silent { get; set; }

        public async Task<IReadOnlyList<IPAddress>> AddressesOfAsync(string name, CancellationToken cancellationToken)
        {
            AskedNames.Add(name);
            if (Silent is { } silent)
            {
                await silent.Task.WaitAsync(cancellationToken);
            }

            return [.. Addresses.GetValueOrDefault(name, []).Select(IPAddress.Parse)];
        }

        public Task<string?> NameOfAsync(IPAddress address, CancellationToken cancellationToken)
        {
            AskedAddresses.Add(address);
            return Task.FromResult(Names.GetValueOrDefault(address.ToString()));
        }
    }
}
