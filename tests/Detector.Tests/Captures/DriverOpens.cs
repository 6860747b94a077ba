using System.Text;
using Saker.Detector.Capture;

namespace Saker.Detector.Tests.Captures;

/// <summary>Opens as the driver looks at them (opens.h), in words of our own.</summary>
internal static class DriverOpens
{
    private const uint Create = 4;
    private const uint TemporaryFile = 8192;
    private const uint Access = 3;

    /// <summary>Whether the open of a regular file is left out.</summary>
    /// <param name="opens">What is.</param>
    /// <param name="path">The path that the call was given.</param>
    /// <param name="flags">Its flags, in the driver's values.</param>
    /// <param name="fails">Whether it fails.</param>
    public static bool Has(this OpensLeftOut opens, ReadOnlySpan<byte> path, uint flags, bool fails = false) =>
        opens.Ask(path, flags) is var (region, open) && ((fails ? region.WantedFailed : region.Wanted) & open) == 0;

    /// <summary>The region of an open and its class; null when opens like it are all told.</summary>
    public static (OpenRegion Region, OpenClasses Class)? Ask(this OpensLeftOut opens, ReadOnlySpan<byte> path, uint flags) =>
        IsPlain(path) && ClassOf(flags) is var open and not OpenClasses.None ? (opens.RegionOf(Encoding.Latin1.GetString(path)), open) : null;

    private static OpenClasses ClassOf(uint flags)
    {
        var access = (flags & Access) switch { 1 => OpenClasses.Read, 2 => OpenClasses.Write, 3 => OpenClasses.ReadAndWrite, _ => OpenClasses.None };
        return (flags & (Create | TemporaryFile)) != 0 ? (OpenClasses)((int)access * (int)OpenClasses.Creating) : access;
    }

    private static bool IsPlain(ReadOnlySpan<byte> path) =>
        path.Length is > 0 and < OpensLeftOut.LongestPath - 1 && path[0] == '/' && path.IndexOf("//"u8) < 0 && path.IndexOf(".."u8) < 0 && path.IndexOf("./"u8) < 0;
}
