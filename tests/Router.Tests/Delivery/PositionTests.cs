using System.Buffers.Binary;
using Saker.Files;
using Saker.Router.Delivery;
using Saker.Router.Log;
using Saker.Router.Tests.Log;

namespace Saker.Router.Tests.Delivery;

/// <summary>A cursor step by step, and the file of the positions.</summary>
public sealed class PositionTests
{
    private const string Positions = "/data/cursors/cursors";
    private readonly CrashableFiles files = new();
    private readonly LogLines lines = new();

    [Fact]
    public void A_cursor_begins_where_it_was_saved()
    {
        var cursor = new Cursor(new CursorPosition("a", "t", 10, 20, [12, 15]));
        Assert.Equal((10, 10, 0, 0, 0), (cursor.Low, cursor.Read, cursor.Cut, cursor.Ahead, cursor.Version));
        Assert.Null(cursor.OldestAccepted);
        Assert.False(cursor.IsFull);
        Assert.Equal([10, 11, 13, 14, 16, 17, 18, 19], Enumerable.Range(10, 13).Where(position => cursor.WasDone(position)));
        Assert.Equal("a t 10 20 12,15 0", Told(cursor.Save()));
    }

    [Fact]
    public void Every_step_is_a_new_version_and_moves_what_it_should()
    {
        var cursor = new Cursor(new CursorPosition("a", "t", 10, 10, []));
        var pending = Enumerable.Range(0, 4).Select(static i => Pending(11 + i, 1000 + i)).ToList();
        Step(() => cursor.PassTo(11), "a t 11 11  0");
        Step(() => cursor.Take(pending[0]), "a t 11 12 11 0");
        Step(() => cursor.Take(pending[1]), "a t 11 13 11,12 0");
        Step(() => cursor.Take(pending[2]), "a t 11 14 11,12,13 0");
        Assert.Equal((3, 1000, 11, 14), (cursor.Ahead, cursor.OldestAccepted, cursor.Low, cursor.Read));
        Step(() => cursor.Done(pending[1]), "a t 11 14 11,13 0");
        Assert.Equal((3, 1000), (cursor.Ahead, cursor.OldestAccepted));
        Step(() => cursor.Done(pending[0]), "a t 13 14 13 0");
        Assert.Equal((1, 1002, 13), (cursor.Ahead, cursor.OldestAccepted, cursor.Low));
        Step(() => cursor.PassTo(17), "a t 13 17 13 0");
        Step(() => cursor.Done(pending[2]), "a t 17 17  0");
        Assert.Equal((0, null, 17), (cursor.Ahead, cursor.OldestAccepted, cursor.Low));
        var version = cursor.Version;
        cursor.PassTo(17);
        cursor.PassTo(5);
        Assert.Equal(0, cursor.CutLoose(17));
        Assert.Equal((17, version, 0), (cursor.Read, cursor.Version, cursor.Cut));

        void Step(Action step, string expected)
        {
            var before = cursor.Version;
            step();
            Assert.True(cursor.Version > before, expected);
            Assert.Equal(expected, Told(cursor.Save()));
        }
    }

    [Fact]
    public void What_is_cut_loose_counts_without_what_was_done_and_only_once()
    {
        var cursor = new Cursor(new CursorPosition("a", "t", 0, 0, []));
        var pending = Enumerable.Range(0, 6).Select(static i => Pending(i, i)).ToList();
        pending.ForEach(cursor.Take);
        cursor.Done(pending[1]);
        cursor.Done(pending[3]);
        var version = cursor.Version;
        Assert.Equal(2, cursor.CutLoose(3)); // 0 and 2; 1 is done, and 3 is not below
        Assert.True(cursor.Version > version);
        Assert.Equal((3, 3, 6), (cursor.Low, cursor.Cut, cursor.Ahead));
        Assert.Equal("a t 3 6 4,5 0", Told(cursor.Save()));
        Assert.Equal(0, cursor.CutLoose(3));
        Assert.Equal(0, cursor.CutLoose(2));
        Assert.Equal((3, 3), (cursor.Low, cursor.Cut));
        Assert.Equal("a t 4 6 4,5 0", (cursor.CutLoose(4), Told(cursor.Save())).Item2);
        cursor.CutLoose(9);
        Assert.Equal("a t 9 9  0", Told(cursor.Save()));
    }

    [Fact]
    public void What_an_earlier_run_left_open_stays_open_until_this_run_has_read_so_far()
    {
        var cursor = new Cursor(new CursorPosition("a", "t", 10, 20, [19, 12, 15]));
        cursor.PassTo(12);
        Assert.Equal("a t 12 20 12,15,19 0", Told(cursor.Save()));
        cursor.Take(Pending(12, 0));
        Assert.Equal("a t 12 20 12,15,19 0", Told(cursor.Save()));
        cursor.CutLoose(15);
        Assert.Equal("a t 15 20 15,19 0", Told(cursor.Save()));
        cursor.CutLoose(16);
        Assert.Equal("a t 16 20 19 0", Told(cursor.Save()));
        cursor.PassTo(25);
        cursor.CutLoose(30);
        Assert.Equal("a t 30 30  0", Told(cursor.Save()));
    }

    [Fact]
    public void A_cursor_is_full_with_4096_alerts()
    {
        var cursor = new Cursor(new CursorPosition("a", "t", 0, 0, []));
        var alert = Pending(0, 0).Alert;
        var first = new PendingAlert(new LogRecord(0, 0, default), alert);
        cursor.Take(first);
        for (var i = 1; i < 4095; i++)
        {
            cursor.Take(new PendingAlert(new LogRecord(i, 0, default), alert));
        }

        Assert.False(cursor.IsFull);
        cursor.Take(new PendingAlert(new LogRecord(4095, 0, default), alert));
        Assert.True(cursor.IsFull);
        cursor.Done(first);
        Assert.False(cursor.IsFull);
    }

    [Fact]
    public void Positions_come_back_as_they_were_saved()
    {
        var store = new CursorStore(files, "/data/cursors", lines);
        Assert.Empty(store.Load()!);
        store.Save([]);
        Assert.Empty(store.Load()!);
        CursorPosition[] saved = [new("a", "slack", 5, 9, [6, 8], 0), new("ü-name", "webhook", long.MaxValue - 1, long.MaxValue, [], 77), new("c", "t", 0, 3, [0, 1, 2], -1)];
        store.Save(saved);
        Assert.Equal(["a slack 5 9 6,8 0", "ü-name webhook 9223372036854775806 9223372036854775807  77", "c t 0 3 0,1,2 -1"], store.Load()!.Select(Told));
        Assert.Equal(["cursors"], files.List("/data/cursors"));
        Assert.Empty(lines.Lines);
    }

    [Fact]
    public void What_an_interrupted_save_has_left_is_no_hindrance()
    {
        var store = new CursorStore(files, "/data/cursors", lines);
        store.Save([new("a", "t", 1, 1, [])]);
        files.BeforeSync = static _ => throw new IOException("off");
        Assert.Throws<IOException>(() => store.Save([new("a", "t", 2, 2, [2, 3, 4, 5, 6, 7])]));
        files.BeforeSync = null;
        Assert.Equal(["a t 1 1  0"], store.Load()!.Select(Told));
        store.Save([new("a", "t", 3, 3, [])]);
        Assert.Equal(["a t 3 3  0"], store.Load()!.Select(Told));
        Assert.Equal(["cursors"], files.List("/data/cursors"));
        files.Crash(new Random(1));
        Assert.Equal(["a t 3 3  0"], store.Load()!.Select(Told));
    }

    [Fact]
    public void Damaged_positions_are_put_aside_and_told_once()
    {
        var store = new CursorStore(files, "/data/cursors", lines);
        store.Save([new("a", "t", 1, 1, [])]);
        files.Edit(Positions, static bytes => bytes[..15]);
        Assert.Null(store.Load());
        Assert.Equal(["cursors.damaged"], files.List("/data/cursors"));
        Assert.Equal((3108, $"The file of the outputs' positions was damaged. It is kept as {Positions}.damaged; every output begins again with the oldest alert that is kept, so that alerts may arrive twice."), Assert.Single(lines.Lines));
        files.Crash(new Random(1));
        Assert.Empty(store.Load()!);
    }

    [Fact]
    public void Positions_of_a_newer_version_are_left_alone_and_refused()
    {
        var store = new CursorStore(files, "/data/cursors", lines);
        store.Save([new("a", "t", 1, 1, [])]);
        files.Edit(Positions, static bytes =>
        {
            bytes[8] = 3;
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), Crc32C.Compute(bytes.AsSpan(16), Crc32C.Compute(bytes.AsSpan(0, 12))));
            return bytes;
        });
        Assert.Equal(
            $"The positions in {Positions} cannot be read: the file has format 3, and this router reads formats up to 2; start the version that wrote it, or give another data directory.",
            Assert.Throws<DataDirectoryException>(store.Load).Message);
        Assert.Equal(["cursors"], files.List("/data/cursors"));
    }

    private static PendingAlert Pending(long position, long accepted)
    {
        var record = new LogRecord(position, accepted, LogFixture.Alert(position));
        return new PendingAlert(record, record.GetAlert(out _) ?? throw new InvalidOperationException());
    }

    private static string Told(CursorPosition position) => $"{position.Name} {position.Type} {position.Low} {position.Read} {string.Join(',', position.Open)} {position.OrphanedAt}";
}
