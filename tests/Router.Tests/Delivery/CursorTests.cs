using Saker.Router.Delivery;
using Saker.Router.Log;
using Saker.Router.Tests.Log;

namespace Saker.Router.Tests.Delivery;

public sealed class CursorTests
{
    [Fact]
    public void The_low_water_never_passes_what_is_open_and_the_rest_is_remembered()
    {
        var cursor = new Cursor(new CursorPosition("a", "t", 10, 10, []));
        var pending = Enumerable.Range(10, 5).Select(static i => Pending(i)).ToList();
        pending.ForEach(cursor.Take);
        cursor.PassTo(20);
        cursor.Done(pending[2]);
        cursor.Done(pending[0]);
        Assert.Equal(11, cursor.Low);
        var saved = cursor.Save();
        Assert.Equal((11, 20), (saved.Low, saved.Read));
        Assert.Equal([11, 13, 14], saved.Open);

        var restored = new Cursor(saved);
        Assert.Equal([12, 15, 16, 17, 18, 19], Enumerable.Range(11, 10).Where(position => restored.WasDone(position)));
        Assert.Equal(saved.Open, restored.Save().Open);
        pending.ForEach(cursor.Done);
        Assert.Equal(20, cursor.Low);
    }

    [Fact]
    public void A_cursor_that_is_cut_loose_counts_what_was_not_done()
    {
        var cursor = new Cursor(new CursorPosition("a", "t", 0, 0, []));
        var pending = Enumerable.Range(0, 4).Select(static i => Pending(i)).ToList();
        pending.ForEach(cursor.Take);
        cursor.Done(pending[1]);
        Assert.Equal(9, cursor.CutLoose(10));
        Assert.Equal(10, cursor.Low);
        Assert.Empty(cursor.Save().Open);
        Assert.Equal(0, cursor.CutLoose(10));
    }

    private static PendingAlert Pending(long position)
    {
        var record = new LogRecord(position, 0, LogFixture.Alert(position));
        return new PendingAlert(record, record.GetAlert(out _) ?? throw new InvalidOperationException());
    }
}
