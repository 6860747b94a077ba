using System.IO.Compression;
using Saker.Detector.Outputs;

namespace Saker.Detector.MatchCaptures;

/// <summary>
/// Writes captures into files, gzipped as Falco's are, on a thread of its own. A file bears its name when it is complete; until then
/// <c>.part</c> follows it. What cannot be written is removed, told and counted; the detector goes on.
/// </summary>
/// <param name="pipe">Where captures come from.</param>
/// <param name="folder">Where they go.</param>
/// <param name="maxFileBytes">Bytes of a file at which its capture ends; 0 for none.</param>
/// <param name="counters">Counts what became of them.</param>
/// <param name="clock">The time.</param>
/// <param name="logger">Told what became of them.</param>
internal sealed partial class CaptureFileWriter(CapturePipe pipe, CaptureFolder folder, long maxFileBytes, CaptureCounters counters, TimeProvider clock, ILogger logger) : IDisposable
{
    private readonly LastingTrouble trouble = new(clock);
    private Thread? thread;
    private MatchCapture? current;
    private FileStream? file;
    private GZipStream? packed;
    private bool isFailed;

    /// <summary>Begins with the first capture.</summary>
    public void Start()
    {
        if (thread is null)
        {
            thread = new Thread(Run) { IsBackground = true, Name = "captures" };
            thread.Start();
        }
    }

    /// <summary>Waits until everything is written. False when that took too long.</summary>
    /// <param name="patience">How long.</param>
    public bool Join(TimeSpan patience) => thread is null || thread.Join(patience);

    /// <summary>Lets go of the file, if one is open still. When the thread has ended.</summary>
    public void Dispose()
    {
        packed?.Dispose();
        file?.Dispose();
    }

    private void Run()
    {
        foreach (var portion in pipe.Taken)
        {
            Attempt(portion);
            pipe.GiveBack(portion);
        }
    }

    private void Attempt(in CapturePipe.Portion portion)
    {
        try
        {
            Write(portion);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            Fail(portion.Capture, exception.Message);
        }

        if (portion.IsEnd)
        {
            current = null;
        }
    }

    private void Write(in CapturePipe.Portion portion)
    {
        var capture = portion.Capture;
        if (current != capture)
        {
            (current, isFailed) = (capture, false);
            folder.CreateFolder();
            file = CaptureFolder.Create(capture.Path);
            packed = new GZipStream(file, CompressionLevel.Fastest);
        }

        if (isFailed)
        {
            return;
        }

        if (!capture.IsOver)
        {
            packed!.Write(portion.Bytes);
            capture.IsOver = maxFileBytes > 0 && file!.Position >= maxFileBytes;
        }

        if (portion.IsEnd)
        {
            Finish(capture);
        }
    }

    private void Finish(MatchCapture capture)
    {
        packed!.Dispose();
        packed = null;
        file = null;
        var part = capture.Path + CaptureFolder.Unfinished;
        if (!capture.IsConfirmed)
        {
            File.Delete(part);
            if (!capture.IsRefused)
            {
                counters.AddDiscarded();
            }

            return;
        }

        var bytes = new FileInfo(part).Length;
        File.Move(part, capture.Path, overwrite: true);
        counters.AddWritten();
        Log.Written(logger, capture.Path, capture.Events, bytes, capture.Rule, capture.Number, capture.Ending);
        if (capture.Dropped > 0)
        {
            Log.Lacks(logger, capture.Path, capture.Dropped);
        }

        if (trouble.IsOver(out var count))
        {
            Log.Recovered(logger, count);
        }

        MakeRoom();
    }

    private void MakeRoom()
    {
        try
        {
            folder.MakeRoom(counters.AddRemoved);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Log.NoRoom(logger, exception.Message);
        }
    }

    /// <summary>Ends a capture that cannot be written. What there is of it is removed, so that a full disk has room again.</summary>
    private void Fail(MatchCapture capture, string reason)
    {
        if (isFailed)
        {
            return;
        }

        isFailed = true;
        capture.HasFailed = true;
        capture.IsOver = true;
        counters.AddFailed();
        if (trouble.Add(out var count))
        {
            Log.Failed(logger, capture.Path, reason, count);
        }

        try
        {
            // First the file: to end the packing writes once more.
            file?.Dispose();
            File.Delete(capture.Path + CaptureFolder.Unfinished);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Log.Left(logger, capture.Path + CaptureFolder.Unfinished, exception.Message);
        }

        (file, packed) = (null, null);
    }

    private static partial class Log
    {
        [LoggerMessage(1411, LogLevel.Information, "Captured into {File}: {Events} events, {Bytes} bytes, for rule '{Rule}' and event {Number}; it ended {Ending}.")]
        public static partial void Written(ILogger logger, string file, long events, long bytes, string rule, long number, string ending);

        [LoggerMessage(1412, LogLevel.Warning, "{File} lacks {Events} events, which did not fit into memory while the disk was busy (capture.buffer_mb).")]
        public static partial void Lacks(ILogger logger, string file, long events);

        [LoggerMessage(1413, LogLevel.Error, "The capture {File} cannot be written, and what there was of it is removed: {Reason} ({Count} captures since this was told last.)")]
        public static partial void Failed(ILogger logger, string file, string reason, long count);

        [LoggerMessage(1414, LogLevel.Information, "Captures can be written again; {Count} could not.")]
        public static partial void Recovered(ILogger logger, long count);

        [LoggerMessage(1415, LogLevel.Warning, "{File} cannot be removed: {Reason}")]
        public static partial void Left(ILogger logger, string file, string reason);

        [LoggerMessage(1416, LogLevel.Warning, "Older captures cannot be removed, so that they take more room than they may: {Reason}")]
        public static partial void NoRoom(ILogger logger, string reason);
    }
}
