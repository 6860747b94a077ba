using Saker.Conditions.Values;
using Saker.Detector.Events;
using Saker.Detector.State;

namespace Saker.Detector.Fields;

/// <summary>Paths that a call is about: <c>fs.path.*</c>, and the path of an open that failed.</summary>
internal static unsafe class FsPathFields
{
    public static void Register(FieldRegistry registry)
    {
        Add(registry, "fs.path.name", "fs.path.nameraw", static type => NameOf(type));
        Add(registry, "fs.path.source", "fs.path.sourceraw", static type => SourceOf(type));
        Add(registry, "fs.path.target", "fs.path.targetraw", static type => TargetOf(type));
    }

    /// <summary>The path of an open or creat, as written and absolute; false for other events.</summary>
    public static bool TryOpenedPath(EventContext context, out ReadOnlySpan<byte> raw, out ReadOnlySpan<byte> path)
    {
        raw = path = default;
        var view = context.View;
        if (view.Type is not (EventType.OpenExit or EventType.OpenatV2Exit or EventType.Openat2Exit or EventType.CreatExit)
            || context.Thread is null)
        {
            return false;
        }

        raw = view.Text(NameOf(view.Type));
        path = Absolute(context, NameOf(view.Type));
        return true;
    }

    private static void Add(FieldRegistry registry, string absolute, string raw, Func<EventType, int> parameter)
    {
        var isName = absolute == "fs.path.name";
        registry.Add(absolute, (c, _) => isName && TryOpened(c, out var entry) ? Value.Bytes(entry->Name.Span)
            : Exists(c, parameter(c.View.Type)) ? Value.Bytes(Absolute(c, parameter(c.View.Type)))
            : isName ? OfDescriptor(c) : Value.None);
        registry.Add(raw, (c, _) => isName && TryOpened(c, out var entry) ? Value.Bytes(entry->RawName.Span)
            : Exists(c, parameter(c.View.Type)) ? Value.Bytes(c.View.Text(parameter(c.View.Type)))
            : isName ? OfDescriptor(c) : Value.None);
    }

    /// <summary>The descriptor that an open made, whose path is already absolute, and corrected by the start of the call.</summary>
    private static bool TryOpened(EventContext context, out FdEntry* entry)
    {
        entry = context.Frame.Entry;
        return entry is not null && !entry->Name.IsEmpty
            && context.View.Type is EventType.OpenExit or EventType.OpenatV2Exit or EventType.Openat2Exit or EventType.CreatExit;
    }

    /// <summary>The path of the descriptor that fchmod or fchown is about.</summary>
    private static Value OfDescriptor(EventContext context) =>
        context.View.Type is EventType.FchmodExit or EventType.FchownExit && context.Frame.Entry is not null
            && context.View.TryResult(out var result) && result >= 0
            ? Value.Bytes(context.Frame.Entry->Name.Span) : Value.None;

    private static bool Exists(EventContext context, int parameter) => parameter >= 0 && context.Thread is not null && context.View.Has(parameter)
        && context.View.TryResult(out var result) && (result >= 0 || (context.View.Definition.Flags & EventFlags.CreatesFd) != 0);

    private static ReadOnlySpan<byte> Absolute(EventContext context, int parameter)
    {
        var view = context.View;
        var directory = view.Definition.Parameters[parameter].Directory;
        var from = directory < 0 ? MachineState.AtWorkingDirectory : view.Signed(directory, MachineState.AtWorkingDirectory);
        var path = MachineState.Absolute(context.Thread!, view.Text(parameter), from, context.Scratch[..Math.Min(context.Scratch.Length, PathBuilder.MaxPath)]);
        return path.Overlaps(context.Scratch) ? context.Keep(path.Length) : path;
    }

    private static int NameOf(EventType type) => type switch
    {
        EventType.OpenExit => OpenExit.Name,
        EventType.CreatExit => CreatExit.Name,
        EventType.OpenatV2Exit => OpenatV2Exit.Name,
        EventType.Openat2Exit => Openat2Exit.Name,
        EventType.OpenByHandleAtExit => OpenByHandleAtExit.Path,
        EventType.MkdirV2Exit => MkdirV2Exit.Path,
        EventType.RmdirV2Exit => RmdirV2Exit.Path,
        EventType.UnlinkV2Exit => UnlinkV2Exit.Path,
        EventType.ChmodExit => ChmodExit.Filename,
        EventType.ChownExit => ChownExit.Path,
        EventType.LchownExit => LchownExit.Path,
        EventType.UmountV1Exit => UmountV1Exit.Name,
        EventType.Umount2Exit => Umount2Exit.Name,
        EventType.MkdiratExit => MkdiratExit.Path,
        EventType.UnlinkatV2Exit => UnlinkatV2Exit.Name,
        EventType.FchmodatExit => FchmodatExit.Filename,
        EventType.FchownatExit => FchownatExit.Pathname,
        EventType.QuotactlExit => QuotactlExit.Quotafilepath,
        _ => -1,
    };

    private static int SourceOf(EventType type) => type switch
    {
        EventType.RenameExit => RenameExit.Oldpath,
        EventType.MountExit => MountExit.Dev,
        EventType.SymlinkExit => SymlinkExit.Linkpath,
        EventType.LinkV2Exit => LinkV2Exit.Newpath,
        EventType.RenameatExit => RenameatExit.Oldpath,
        EventType.Renameat2Exit => Renameat2Exit.Oldpath,
        EventType.SymlinkatExit => SymlinkatExit.Linkpath,
        EventType.LinkatV2Exit => LinkatV2Exit.Newpath, // the source is the link that is made, the target what it leads to
        _ => -1,
    };

    private static int TargetOf(EventType type) => type switch
    {
        EventType.RenameExit => RenameExit.Newpath,
        EventType.MountExit => MountExit.Dir,
        EventType.SymlinkExit => SymlinkExit.Target,
        EventType.SymlinkatExit => SymlinkatExit.Target,
        EventType.LinkV2Exit => LinkV2Exit.Oldpath,
        EventType.RenameatExit => RenameatExit.Newpath,
        EventType.Renameat2Exit => Renameat2Exit.Newpath,
        EventType.LinkatV2Exit => LinkatV2Exit.Oldpath,
        _ => -1,
    };
}
