using System.Runtime.InteropServices;
using Saker.Conditions.Fields;
using Saker.Detector.Alerting;
using Saker.Detector.Fields;
using Saker.Detector.MatchCaptures;
using Saker.Detector.Outputs;
using Saker.Detector.State;
using Saker.Rules;

namespace Saker.Detector.Holding;

/// <summary>
/// Events in containers whose record is still to come, held until it comes or the longest wait is over; then their rules are decided
/// and their alerts written. Alerts of one process keep their order: one that needs no record waits behind one that does. Bounded in
/// number and in bytes: beyond, what waits longest is decided with what is known. For the event thread.
/// </summary>
internal sealed class AlertHold : IDisposable
{
    /// <summary>Events and alerts that are held at most.</summary>
    public const int MaxHeld = 4096;

    /// <summary>Bytes of values that are held at most.</summary>
    public const long MaxBytes = 16L << 20;

    private readonly TimeSpan longest;
    private readonly TimeProvider clock;
    private readonly RuleMatcher matcher;
    private readonly AlertFormatter formatter;
    private readonly HeldContext context;
    private readonly RuleNeeds?[] needs;
    private readonly LinkedList<HeldEvent> queue = new();
    private readonly Stack<LinkedListNode<HeldEvent>> free = new();
    private readonly Dictionary<long, int> byProcess = [];
    private readonly HashSet<long> blocked = [];
    private readonly List<PossibleMatch> possible = new(64);
    private readonly List<Rule> matched = new(64);
    private long bytes;

    /// <param name="longest">The longest wait.</param>
    /// <param name="matcher">The rules.</param>
    /// <param name="formatter">Makes alerts.</param>
    /// <param name="state">The state, for its containers.</param>
    /// <param name="counters">Counts what is held.</param>
    /// <param name="clock">The time.</param>
    public AlertHold(TimeSpan longest, RuleMatcher matcher, AlertFormatter formatter, MachineState state, HoldCounters counters, TimeProvider clock)
    {
        Counters = counters;
        this.longest = longest;
        this.matcher = matcher;
        this.formatter = formatter;
        this.clock = clock;
        context = new HeldContext(state);
        needs = new RuleNeeds?[matcher.Rules.Count];
    }

    /// <summary>Captures around matches; null for none.</summary>
    public MatchCapturer? Captures { get; init; }

    /// <summary>Whether anything is held.</summary>
    public bool IsEmpty => queue.Count == 0;

    /// <summary>Events and alerts that are held.</summary>
    public int Count => queue.Count;

    /// <summary>The counters.</summary>
    public HoldCounters Counters { get; }

    /// <summary>Writes what waits longest until there is room for more.</summary>
    /// <param name="write">Gets the alerts.</param>
    public void MakeRoom(Action<AlertLine> write)
    {
        while (IsFull && queue.First is { } first)
        {
            Counters.Crowded++;
            Write(first.Value, write);
            Remove(first);
        }
    }

    /// <summary>Whether <see cref="MakeRoom"/> has something to do.</summary>
    public bool IsFull => queue.Count >= MaxHeld || bytes >= MaxBytes;

    /// <summary>
    /// Looks at an event in a container whose record is being asked for. True when the event needs no more: no rule matches or may, or
    /// it is held. False when its rules are to be evaluated at once, as none of them needs the record.
    /// </summary>
    public bool TryHold(int eventType, EventContext present, ContainerEntry container)
    {
        possible.Clear();
        var undecided = matcher.MatchEarly(eventType, present, possible);
        if (possible.Count == 0)
        {
            return true;
        }

        if (undecided == 0 && !possible.Exists(match => NeedsOf(match.Rule).IsAsked))
        {
            return false;
        }

        var node = Rent();
        var held = node.Value;
        held.Container = container;
        held.Timestamp = present.Timestamp;
        held.Number = (long)present.Number;
        (held.Uid, held.Gid) = present.Thread is { } thread ? (thread.Uid, thread.Gid) : default;
        held.Possible.AddRange(possible);
        foreach (var match in possible)
        {
            Captures?.MayMatch(matcher.Rules[match.Rule], held.Timestamp, held.Number);
        }

        held.NeedsPod = possible.Exists(match => NeedsOf(match.Rule).IsOfServer);
        KeepValues(held, present);
        Add(node, PidOf(present));
        Counters.Held++;
        return true;
    }

    /// <summary>Whether an alert of the present event's process must wait behind earlier ones.</summary>
    public bool Holds(EventContext present) => queue.Count > 0 && byProcess.ContainsKey(PidOf(present));

    /// <summary>Keeps an alert that is ready behind earlier ones of its process.</summary>
    public void Queue(AlertLine alert, EventContext present)
    {
        var node = Rent();
        node.Value.Ready = alert;
        Add(node, PidOf(present));
    }

    /// <summary>
    /// Writes what need not wait any longer: what has its record, what waited longest, and what stood behind these. To be called often
    /// while anything is held.
    /// </summary>
    /// <param name="write">Gets the alerts.</param>
    /// <param name="all">Whether everything is written, as no record can come any more.</param>
    public void Release(Action<AlertLine> write, bool all = false)
    {
        blocked.Clear();
        var now = clock.GetTimestamp();
        for (var node = queue.First; node is not null;)
        {
            var next = node.Next;
            var held = node.Value;
            if (!all && (blocked.Contains(held.Pid) || (held.IsPending && now < held.Deadline)))
            {
                blocked.Add(held.Pid);
            }
            else
            {
                Write(held, write);
                Remove(node);
            }

            node = next;
        }
    }

    public void Dispose() => context.Dispose();

    private static long PidOf(EventContext present) => present.Thread?.Pid ?? 0;

    private void Write(HeldEvent held, Action<AlertLine> write)
    {
        if (held.Ready is { } ready)
        {
            write(ready);
            return;
        }

        context.Set(held);
        matched.Clear();
        matcher.Confirm(held.Possible, context, matched);
        foreach (var rule in matched)
        {
            Captures?.Matched(rule, held.Timestamp, held.Number);
            write(formatter.Format(rule, context));
        }

        Counters.Alerted(held.Container, matched.Count);
    }

    private void KeepValues(HeldEvent held, EventContext present)
    {
        held.Keep(formatter.Time, isShown: true, present.ReadShown(formatter.Time));
        foreach (var match in held.Possible)
        {
            var need = NeedsOf(match.Rule);
            if (match.Undecided is not null)
            {
                foreach (var field in need.OfCondition)
                {
                    held.Keep(field, isShown: false, present.Read(field));
                }
            }

            foreach (var field in need.OfAlert)
            {
                // Transformers read the one, the rest the other.
                held.Keep(field, isShown: true, present.ReadShown(field));
                held.Keep(field, isShown: false, present.Read(field));
            }
        }
    }

    private RuleNeeds NeedsOf(int rule) => needs[rule] ??= new RuleNeeds(matcher.Rules[rule]);

    private LinkedListNode<HeldEvent> Rent()
    {
        if (!free.TryPop(out var node))
        {
            node = new LinkedListNode<HeldEvent>(new HeldEvent());
        }

        node.Value.Reset();
        return node;
    }

    private void Add(LinkedListNode<HeldEvent> node, long pid)
    {
        var held = node.Value;
        held.Pid = pid;
        held.Deadline = clock.GetTimestamp() + (long)(longest.TotalSeconds * clock.TimestampFrequency);
        bytes += held.Bytes;
        CollectionsMarshal.GetValueRefOrAddDefault(byProcess, pid, out _)++;
        queue.AddLast(node);
    }

    private void Remove(LinkedListNode<HeldEvent> node)
    {
        queue.Remove(node);
        bytes -= node.Value.Bytes;
        ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(byProcess, node.Value.Pid, out _);
        if (--count == 0)
        {
            byProcess.Remove(node.Value.Pid);
        }

        if (free.Count < MaxHeld)
        {
            free.Push(node);
        }
    }

    /// <summary>What of an event a rule needs.</summary>
    private sealed class RuleNeeds
    {
        public RuleNeeds(Rule rule)
        {
            var alert = rule.AlertFields.Cast<DetectorField>().ToList();
            OfCondition = [.. rule.Condition.Fields.Cast<DetectorField>().Where(static field => !Asked(field))];
            OfAlert = [.. alert.Where(static field => !Asked(field))];
            IsAsked = alert.Exists(Asked);
            IsOfServer = alert.Concat(rule.Condition.Fields).Any(static field => KubernetesFields.IsOfServer(field.Definition.Name));
        }

        /// <summary>Fields of the condition, but those that are asked for.</summary>
        public IReadOnlyList<DetectorField> OfCondition { get; }

        /// <summary>Fields of the alert, but those that are asked for.</summary>
        public IReadOnlyList<DetectorField> OfAlert { get; }

        /// <summary>Whether the alert has fields that are asked for.</summary>
        public bool IsAsked { get; }

        /// <summary>Whether alert or condition have fields that only the API server knows.</summary>
        public bool IsOfServer { get; }

        private static bool Asked(FieldReference field) => ContainerFields.IsAsked(field.Definition.Name);
    }
}
