using System.Runtime.InteropServices;

namespace Saker.Detector.Outputs;

/// <summary>Standard output.</summary>
internal sealed partial class StdoutOutput : IAlertOutput
{
    private const int Descriptor = 1;
    private readonly Stream stream = Console.OpenStandardOutput();

    public string Name => "stdout";

    public async ValueTask WriteAsync(AlertLine alert, CancellationToken cancellationToken)
    {
        byte[] line = [.. alert.Line.Span, (byte)'\n'];
        await stream.WriteAsync(line, cancellationToken);
        await stream.FlushAsync(cancellationToken);
        // The runtime's stream keeps silent about a pipe that nobody reads any more, and nobody will.
        if (IsBroken())
        {
            throw new AlertRefusedException("whoever read standard output has closed it.");
        }
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private static bool IsBroken()
    {
        const short error = 0x8;
        var watched = new Watched { Descriptor = Descriptor };
        return Poll(ref watched, 1, 0) == 1 && (watched.Happened & error) != 0;
    }

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(ref Watched watched, nuint count, int timeout);

    [StructLayout(LayoutKind.Sequential)]
    private struct Watched
    {
        public int Descriptor;
        public short Wanted;
        public short Happened;
    }
}
