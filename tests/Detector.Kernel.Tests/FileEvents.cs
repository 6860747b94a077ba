namespace Saker.Detector.Kernel.Tests;

public sealed class FileEvents
{
    private static readonly Lazy<Act> Files = new(() => Live.Run("files"));

    [Fact]
    public void Open_tells_descriptor_name_flags_mode_and_file()
    {
        var act = Files.Value;
        var open = Assert.Single(act.Own("open"), seen => seen.Text("name") == "made");
        Assert.Equal(act["open.fd"], open["fd"]);
        Assert.Equal(3 | 4 | 32 | 16384, open["flags"] & 0x7fff); // O_RDWR O_CREAT O_EXCL, and it was created
        Assert.Equal(Convert.ToInt64("640", 8), open["mode"]);
        Assert.Equal(act["open.dev"], open["dev"]);
        Assert.Equal(act["open.ino"], open["ino"]);
    }

    [Fact]
    public void Failed_open_tells_the_error_and_neither_mode_nor_file()
    {
        var open = Assert.Single(Files.Value.Own("open"), seen => seen.Text("name") == "/no/such");
        Assert.Equal(-2, open["fd"]);
        Assert.Equal(1, open["flags"]);
        Assert.Equal(0, open["mode"]);
        Assert.Equal(0, open["dev"]);
        Assert.Equal(0, open["ino"]);
    }

    [Fact]
    public void Name_that_cannot_be_read_is_absent()
    {
        var open = Assert.Single(Files.Value.Own("open"), seen => seen["fd"] == -14);
        Assert.Null(open.Text("name"));
    }

    [Fact]
    public void Open_of_a_folder_is_no_temporary_file()
    {
        var open = Assert.Single(Files.Value.Own("open"), seen => seen.Text("name") == ".");
        Assert.Equal(1 | 1024, open["flags"] & 0x7fff);
    }

    [Fact]
    public void Creat_tells_its_file()
    {
        var act = Files.Value;
        var creat = Assert.Single(act.Own("creat"));
        Assert.Equal(act["creat.fd"], creat["fd"]);
        Assert.Equal("created", creat.Text("name"));
        Assert.Equal(Convert.ToInt64("604", 8), creat["mode"]);
        Assert.Equal(act["creat.dev"], creat["dev"]);
        Assert.Equal(act["creat.ino"], creat["ino"]);
    }

    [Fact]
    public void Openat_tells_the_folder_that_the_name_starts_from()
    {
        var act = Files.Value;
        var open = Assert.Single(act.Own("openat"), seen => seen.Text("name") == "made");
        Assert.Equal(act["openat.fd"], open["fd"]);
        Assert.Equal(act["openat.dirfd"], open["dirfd"]);
        Assert.Equal(2 | 8 | 64 | 4096, open["flags"] & 0x7fff);
        Assert.Equal(0, open["mode"]);
        Assert.Equal(act["openat.ino"], open["ino"]);
    }

    [Fact]
    public void Temporary_file_is_told_with_its_mode()
    {
        var act = Files.Value;
        var open = Assert.Single(act.Own("openat"), seen => seen.Text("name") == ".");
        Assert.Equal(-100, open["dirfd"]);
        Assert.Equal(3 | 16 | 128 | 1024 | 8192, open["flags"] & 0x3fff); // O_SYNC holds O_DSYNC
        Assert.Equal(Convert.ToInt64("600", 8), open["mode"]);
        Assert.Equal(act["tmpfile.ino"], open["ino"]);
    }

    [Fact]
    public void Openat2_tells_how_the_name_is_resolved()
    {
        var act = Files.Value;
        var open = Assert.Single(act.Own("openat2"));
        Assert.Equal(act["openat2.fd"], open["fd"]);
        Assert.Equal(act["openat.dirfd"], open["dirfd"]);
        Assert.Equal("made", open.Text("name"));
        Assert.Equal(1 | 4096, open["flags"] & 0x7fff);
        Assert.Equal(1 | 8, open["resolve"]);
        Assert.Equal(act["openat2.dev"], open["dev"]);
        Assert.Equal(act["openat2.ino"], open["ino"]);
    }

    [Fact]
    public void Close_tells_what_was_closed_and_whether_it_worked()
    {
        var act = Files.Value;
        var closes = act.Own("close");
        Assert.Contains(closes, seen => seen["fd"] == act["open.fd"] && seen["res"] == 0);
        Assert.Contains(closes, seen => seen["fd"] == 9999 && seen["res"] == -9);
    }

    [Theory]
    [InlineData("open", 3 | 4 | 32)]
    [InlineData("openat", 2 | 8 | 64 | 4096)]
    [InlineData("openat2", 1 | 4096)]
    public void Opening_is_told_at_its_start_too(string type, long flags)
    {
        var act = Files.Value;
        var enter = act.Own(type + " enter").First(seen => seen.Text("name") == "made");
        var exit = act.Own(type).First(seen => seen.Text("name") == "made");
        Assert.Equal(flags, enter["flags"]);
        Assert.True(enter.Time < exit.Time);
    }
}
