using Saker.Detector.Events;

namespace Saker.Detector.State.Handlers;

/// <summary>The open family, and other calls that make a descriptor of a path.</summary>
internal static unsafe class OpenHandlers
{
    private const uint OpenDirectory = 1024;
    private const uint CloseOnExecFlag = 4096;
    private const uint UpperLayerFlag = 32768;
    private const uint LowerLayerFlag = 65536;
    private const uint MemfdCloseOnExec = 1;
    private const int NoParameter = -1;

    /// <summary>What only the end of a call can tell: that the file was made, and its layer of an overlay.</summary>
    private const uint FlagsOfEnd = ~(16384u - 1);

    public static void Register(HandlerTable table)
    {
        table.AddBefore(EventType.OpenExit, static (MachineState state, in EventView view, EventFrame frame) =>
            Opened(state, view, frame, EventType.OpenEnter, NoParameter, OpenExit.Name, (uint)view.Unsigned(OpenExit.Flags), OpenExit.Dev, OpenExit.Ino));
        table.AddBefore(EventType.CreatExit, static (MachineState state, in EventView view, EventFrame frame) =>
            Opened(state, view, frame, EventType.CreatEnter, NoParameter, CreatExit.Name, CreatFlags | LayersOfCreat((uint)view.Unsigned(CreatExit.CreatFlags)), CreatExit.Dev, CreatExit.Ino));
        table.AddBefore(EventType.OpenatV2Exit, static (MachineState state, in EventView view, EventFrame frame) =>
            Opened(state, view, frame, EventType.OpenatV2Enter, OpenatV2Exit.Dirfd, OpenatV2Exit.Name, (uint)view.Unsigned(OpenatV2Exit.Flags), OpenatV2Exit.Dev, OpenatV2Exit.Ino));
        table.AddBefore(EventType.Openat2Exit, static (MachineState state, in EventView view, EventFrame frame) =>
            Opened(state, view, frame, EventType.Openat2Enter, Openat2Exit.Dirfd, Openat2Exit.Name, (uint)view.Unsigned(Openat2Exit.Flags), Openat2Exit.Dev, Openat2Exit.Ino));
        table.AddBefore(EventType.OpenByHandleAtExit, static (MachineState state, in EventView view, EventFrame frame) =>
            Opened(state, view, frame, EnterHandlers.NoStart, NoParameter, OpenByHandleAtExit.Path, (uint)view.Unsigned(OpenByHandleAtExit.Flags), OpenByHandleAtExit.Dev, OpenByHandleAtExit.Ino));
        table.AddBefore(EventType.MemfdCreateExit, MemfdCreated);
    }

    /// <summary>creat opens as O_CREAT, O_WRONLY and O_TRUNC, in the driver's values.</summary>
    private const uint CreatFlags = 4 | 2 | 256;

    /// <summary>creat tells the layer of an overlay in flags of their own.</summary>
    private static uint LayersOfCreat(uint flags) => (flags & 1) != 0 ? UpperLayerFlag : (flags & 2) != 0 ? LowerLayerFlag : 0;

    private static void Opened(
        MachineState state, in EventView view, EventFrame frame, EventType start, int directory, int name, uint flags, int device, int inode)
    {
        if (frame.Thread is not { } thread)
        {
            return;
        }

        var raw = view.Text(name);
        var isNamed = view.Has(name);
        if (EnterHandlers.TryTake(thread, start, out var entered))
        {
            raw = entered;
            isNamed = true;
            if (start != EventType.CreatEnter)
            {
                flags = thread.EnteredFlags | (flags & FlagsOfEnd);
            }
        }

        if (!view.TryResult(out var fd) || fd < 0)
        {
            return;
        }

        Span<byte> buffer = stackalloc byte[PathBuilder.MaxPath];
        var from = directory < 0 ? MachineState.AtWorkingDirectory : view.Signed(directory, MachineState.AtWorkingDirectory);
        var path = MachineState.Absolute(thread, raw, from, buffer);
        var entry = thread.Fds.Set(fd);
        if (entry is null)
        {
            return;
        }

        entry->Kind = (flags & OpenDirectory) != 0 ? FdKind.Directory : FdKind.File;
        entry->OpenFlags = flags;
        entry->Device = (uint)view.Unsigned(device);
        entry->Inode = view.Unsigned(inode);
        entry->State = StateOf(flags);
        if (isNamed)
        {
            entry->Name = state.Texts.Add(path);
            entry->RawName = state.Texts.Add(raw);
            frame.NameChanged = true;
        }
    }

    private static void MemfdCreated(MachineState state, in EventView view, EventFrame frame)
    {
        if (frame.Thread is not { } thread || !view.TryResult(out var fd) || fd < 0)
        {
            return;
        }

        var entry = thread.Fds.Set(fd);
        if (entry is null)
        {
            return;
        }

        entry->Kind = FdKind.MemFd;
        entry->OpenFlags = (uint)view.Unsigned(MemfdCreateExit.Flags);
        if ((entry->OpenFlags & MemfdCloseOnExec) != 0)
        {
            entry->State = FdState.CloseOnExec;
        }

        entry->Name = state.Texts.Add(view.Text(MemfdCreateExit.Name));
        frame.NameChanged = true;
    }

    private static FdState StateOf(uint flags)
    {
        var state = FdState.None;
        if ((flags & CloseOnExecFlag) != 0)
        {
            state |= FdState.CloseOnExec;
        }

        if ((flags & UpperLayerFlag) != 0)
        {
            state |= FdState.UpperLayer;
        }

        if ((flags & LowerLayerFlag) != 0)
        {
            state |= FdState.LowerLayer;
        }

        return state;
    }
}
