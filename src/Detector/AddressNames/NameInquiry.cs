using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Net;
using System.Text;
using System.Threading.Channels;
using Saker.Detector.State;

namespace Saker.Detector.AddressNames;

/// <summary>
/// Finds out names of addresses away from the event thread: the addresses of names that rules have, at the start and then again and
/// again, and the names of addresses that rules and alerts ask for. What a server says of an address is only taken when the name has
/// that address: who owns an address may let it have any name.
/// </summary>
internal sealed class NameInquiry : IAddressNames, IAsyncDisposable
{
    /// <summary>Addresses that wait to be asked for at most.</summary>
    public const int MaxWaiting = 1000;

    /// <summary>Names of rules that are looked up at most.</summary>
    public const int MaxNames = 10_000;

    /// <summary>Between two look-ups of the names that rules have.</summary>
    public static readonly TimeSpan Refresh = TimeSpan.FromMinutes(1);

    /// <summary>What was found is remembered for so long; names of busy servers have other addresses every time.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    /// <summary>That there is no name is remembered for so long.</summary>
    public static readonly TimeSpan AbsenceLifetime = TimeSpan.FromMinutes(2);

    private const int Workers = 4;
    private const int LongestName = 253;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly IReadOnlyList<string> names;
    private readonly bool reverse;
    private readonly int limit;
    private readonly INameResolver resolver;
    private readonly TimeProvider clock;
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentDictionary<AddressKey, Found> found = new();
    private readonly Channel<AddressKey> questions = Channel.CreateBounded<AddressKey>(new BoundedChannelOptions(MaxWaiting) { SingleWriter = true });
    private readonly Dictionary<AddressKey, (byte[] Name, long Until)> ofRules = [];
    private FrozenDictionary<AddressKey, byte[]> published = FrozenDictionary<AddressKey, byte[]>.Empty;
    private Task work = Task.CompletedTask;
    private int count;

    /// <param name="names">Names that rules have, the ones before the others where several have the same address.</param>
    /// <param name="reverse">Whether names of other addresses are asked for.</param>
    /// <param name="limit">Addresses that are remembered at most.</param>
    /// <param name="resolver">Who is asked.</param>
    /// <param name="clock">The time.</param>
    public NameInquiry(IReadOnlyList<string> names, bool reverse, int limit, INameResolver resolver, TimeProvider clock)
    {
        this.names = [.. names.Where(IsName).Distinct(StringComparer.Ordinal).Take(MaxNames)];
        this.reverse = reverse;
        this.limit = limit;
        this.resolver = resolver;
        this.clock = clock;
    }

    /// <inheritdoc/>
    public int Known => Volatile.Read(ref published).Count + found.Count(static pair => pair.Value.Name.Length > 0);

    /// <inheritdoc/>
    public long Asked { get; private set; }

    /// <inheritdoc/>
    public long LeftOut { get; private set; }

    /// <inheritdoc/>
    public long Absent { get; private set; }

    /// <summary>Begins, and returns when the names that rules have were looked up, or after a time.</summary>
    /// <param name="patience">How long.</param>
    public async Task StartAsync(TimeSpan patience)
    {
        var first = LookUpAsync();
        work = Task.WhenAll([RefreshAsync(first), .. reverse ? Enumerable.Range(0, Workers).Select(_ => Task.Run(AnswerAsync, CancellationToken.None)) : []]);
        try
        {
            await first.WaitAsync(patience, clock);
        }
        catch (TimeoutException)
        {
            // They come later.
        }
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> NameOf(ReadOnlySpan<byte> address)
    {
        var key = AddressKey.Of(address);
        if (Volatile.Read(ref published).TryGetValue(key, out var name))
        {
            return name;
        }

        if (found.TryGetValue(key, out var known))
        {
            Absent += known.Name.Length == 0 ? 1 : 0;
            return known.Name;
        }

        Absent++;
        if (reverse)
        {
            Ask(key);
        }

        return default;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        questions.Writer.TryComplete();
        await work;
        stop.Dispose();
    }

    private static bool IsName(string name) =>
        name.Length is > 0 and <= LongestName && !IPAddress.TryParse(name, out _)
        && name.AsSpan().IndexOfAnyExcept(nameCharacters) < 0;

    private static readonly System.Buffers.SearchValues<char> nameCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    private void Ask(AddressKey key)
    {
        // Until the answer is there, that there is none.
        if (Volatile.Read(ref count) >= limit || !found.TryAdd(key, new Found([], Until(AbsenceLifetime))))
        {
            LeftOut++;
            return;
        }

        if (!questions.Writer.TryWrite(key))
        {
            found.TryRemove(key, out _);
            LeftOut++;
            return;
        }

        Asked++;
        Interlocked.Increment(ref count);
    }

    private long Until(TimeSpan lifetime) => clock.GetTimestamp() + (long)(lifetime.TotalSeconds * clock.TimestampFrequency);

    private async Task RefreshAsync(Task first)
    {
        await first;
        try
        {
            using var timer = new PeriodicTimer(Refresh, clock);
            while (await timer.WaitForNextTickAsync(stop.Token))
            {
                await LookUpAsync();
                Forget();
            }
        }
        catch (OperationCanceledException)
        {
            // It ends.
        }
    }

    /// <summary>Looks up the names that rules have.</summary>
    private async Task LookUpAsync()
    {
        foreach (var batch in names.Chunk(Workers))
        {
            var answers = await Task.WhenAll(batch.Select(AddressesOfAsync));
            foreach (var (name, addresses) in batch.Zip(answers))
            {
                Learn(name, addresses);
            }

            if (stop.IsCancellationRequested)
            {
                return;
            }
        }

        var now = clock.GetTimestamp();
        foreach (var old in ofRules.Where(pair => pair.Value.Until <= now).Select(static pair => pair.Key).ToList())
        {
            ofRules.Remove(old);
        }

        Volatile.Write(ref published, ofRules.ToFrozenDictionary(static pair => pair.Key, static pair => pair.Value.Name));
    }

    private void Learn(string name, IReadOnlyList<IPAddress> addresses)
    {
        var bytes = Encoding.ASCII.GetBytes(name);
        foreach (var address in addresses)
        {
            var key = AddressKey.Of(address);
            var isOther = ofRules.TryGetValue(key, out var known) && !known.Name.AsSpan().SequenceEqual(bytes);
            // Where two names have one address, the one that the rules have first stays for as long as it has it.
            if (!isOther && (ofRules.Count < limit || ofRules.ContainsKey(key)))
            {
                ofRules[key] = (bytes, Until(Lifetime));
            }
        }
    }

    private async Task AnswerAsync()
    {
        try
        {
            await foreach (var key in questions.Reader.ReadAllAsync(stop.Token))
            {
                var name = await ConfirmedNameAsync(key);
                if (name is not null && found.TryGetValue(key, out var asked))
                {
                    found.TryUpdate(key, new Found(Encoding.ASCII.GetBytes(name), Until(Lifetime)), asked);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // It ends.
        }
    }

    private async Task<string?> ConfirmedNameAsync(AddressKey key)
    {
        try
        {
            var name = await resolver.NameOfAsync(key.ToAddress(), stop.Token).WaitAsync(Patience, clock, stop.Token);
            name = name?.TrimEnd('.');
            return name is not null && IsName(name) && (await AddressesOfAsync(name)).Any(address => AddressKey.Of(address) == key) ? name : null;
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    private async Task<IReadOnlyList<IPAddress>> AddressesOfAsync(string name)
    {
        try
        {
            return await resolver.AddressesOfAsync(name, stop.Token).WaitAsync(Patience, clock, stop.Token);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            return [];
        }
    }

    /// <summary>Forgets what is too old to be true.</summary>
    private void Forget()
    {
        var now = clock.GetTimestamp();
        foreach (var (key, answer) in found)
        {
            if (answer.Until <= now && found.TryRemove(new KeyValuePair<AddressKey, Found>(key, answer)))
            {
                Interlocked.Decrement(ref count);
            }
        }
    }

    private sealed record Found(byte[] Name, long Until);
}
