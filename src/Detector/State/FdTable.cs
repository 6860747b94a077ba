using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Saker.Detector.State;

/// <summary>
/// The descriptors of a process, shared by all its threads with <c>CLONE_FILES</c>. A fork's copy shares the storage until
/// one of both writes. Entries stand in native memory at addresses that hold until the next change of the table.
/// </summary>
internal sealed unsafe class FdTable
{
    /// <summary>Descriptors that are kept of one process at most.</summary>
    public const int MaxEntries = 64 * 1024;

    private const int FirstCapacity = 16;

    private readonly NativePool pool;
    private readonly TextPool texts;
    private Storage* storage;

    /// <summary>An empty table.</summary>
    public FdTable(NativePool pool, TextPool texts)
    {
        this.pool = pool;
        this.texts = texts;
    }

    /// <summary>Threads that hold this table.</summary>
    public int Holders { get; set; }

    /// <summary>Open descriptors.</summary>
    public int Count => storage is null ? 0 : storage->Count;

    /// <summary>Descriptors that were left out because the table was full or memory was used up.</summary>
    public long LeftOut { get; private set; }

    /// <summary>The entry of a descriptor; null when there is none. For reading only: use <see cref="Change"/> to write.</summary>
    public FdEntry* Find(long number)
    {
        if (storage is null || number is < 0 or > int.MaxValue)
        {
            return null;
        }

        var entries = storage->Entries;
        var mask = storage->Capacity - 1;
        for (var i = (int)number & mask; entries[i].Number >= 0; i = (i + 1) & mask)
        {
            if (entries[i].Number == number)
            {
                return &entries[i];
            }
        }

        return null;
    }

    /// <summary>The entry of a descriptor, to be written; null when there is none.</summary>
    public FdEntry* Change(long number) => Find(number) is not null && MakeOwn(storage->Count) ? Find(number) : null;

    /// <summary>A fresh entry, in place of any older one; null when the table is full.</summary>
    public FdEntry* Set(long number)
    {
        if (number is < 0 or > int.MaxValue)
        {
            return null;
        }

        var entry = Find(number);
        var count = Count + (entry is null ? 1 : 0);
        if (count > MaxEntries || !MakeOwn(count))
        {
            LeftOut++;
            return null;
        }

        entry = Find(number);
        if (entry is null)
        {
            var mask = storage->Capacity - 1;
            var i = (int)number & mask;
            while (storage->Entries[i].Number >= 0)
            {
                i = (i + 1) & mask;
            }

            entry = &storage->Entries[i];
            storage->Count++;
        }
        else
        {
            ReleaseTexts(entry);
        }

        *entry = default;
        entry->Number = (int)number;
        return entry;
    }

    /// <summary>Makes a descriptor a duplicate of another; null when the other is unknown or there is no room.</summary>
    public FdEntry* Duplicate(long from, long to)
    {
        var source = Find(from);
        if (source is null)
        {
            return null;
        }

        if (from == to)
        {
            return Change(from);
        }

        var copy = *source;
        TextPool.Share(copy.Name);
        TextPool.Share(copy.RawName);
        var target = Set(to);
        if (target is null)
        {
            ReleaseTexts(&copy);
            return null;
        }

        copy.Number = (int)to;
        *target = copy;
        return target;
    }

    /// <summary>Forgets a descriptor.</summary>
    public void Remove(long number)
    {
        if (Find(number) is null || !MakeOwn(storage->Count))
        {
            return;
        }

        var entry = Find(number);
        ReleaseTexts(entry);
        storage->Count--;
        var entries = storage->Entries;
        var mask = storage->Capacity - 1;
        var hole = (int)(entry - entries);
        for (var i = (hole + 1) & mask; entries[i].Number >= 0; i = (i + 1) & mask)
        {
            // An entry moves into the hole when its own place is not between the hole and where it stands.
            var home = entries[i].Number & mask;
            if (((i - home) & mask) < ((i - hole) & mask))
            {
                continue;
            }

            entries[hole] = entries[i];
            hole = i;
        }

        entries[hole].Number = -1;
    }

    /// <summary>Forgets all descriptors from <paramref name="first"/> to <paramref name="last"/>.</summary>
    public void RemoveRange(uint first, uint last)
    {
        for (var i = 0; (i = Next(i)) >= 0; i++)
        {
            var number = storage->Entries[i].Number;
            if ((uint)number < first || (uint)number > last)
            {
                continue;
            }

            Remove(number);
            i--; // the next one may have moved here
        }
    }

    /// <summary>Forgets the descriptors that are closed at exec.</summary>
    public void CloseOnExec()
    {
        for (var i = 0; (i = Next(i)) >= 0; i++)
        {
            if ((storage->Entries[i].State & FdState.CloseOnExec) == 0)
            {
                continue;
            }

            Remove(storage->Entries[i].Number);
            i--;
        }
    }

    /// <summary>Marks all descriptors from <paramref name="first"/> to <paramref name="last"/> to be closed at exec.</summary>
    public void MarkCloseOnExec(uint first, uint last)
    {
        if (storage is null || !MakeOwn(storage->Count))
        {
            return;
        }

        for (var i = 0; (i = Next(i)) >= 0; i++)
        {
            var entry = At(i);
            if ((uint)entry->Number >= first && (uint)entry->Number <= last)
            {
                entry->State |= FdState.CloseOnExec;
            }
        }
    }

    /// <summary>The slot of the next descriptor from <paramref name="slot"/> on, in no order; -1 at the end.</summary>
    public int Next(int slot)
    {
        if (storage is null)
        {
            return -1;
        }

        for (; slot < storage->Capacity; slot++)
        {
            if (storage->Entries[slot].Number >= 0)
            {
                return slot;
            }
        }

        return -1;
    }

    /// <summary>The entry in a slot that <see cref="Next"/> gave.</summary>
    public FdEntry* At(int slot) => &storage->Entries[slot];

    /// <summary>Takes over all descriptors of another table, as a fork does; storage is shared until one of both writes.</summary>
    public void CopyFrom(FdTable other)
    {
        if (ReferenceEquals(this, other))
        {
            return;
        }

        Clear();
        storage = other.storage;
        if (storage is not null)
        {
            storage->Holders++;
        }
    }

    /// <summary>Forgets all descriptors.</summary>
    public void Clear()
    {
        if (storage is not null)
        {
            Drop(storage);
        }

        storage = null;
    }

    /// <summary>Makes sure that the storage is ours alone and has room for <paramref name="count"/> descriptors.</summary>
    private bool MakeOwn(int count)
    {
        var capacity = storage is null ? FirstCapacity : storage->Capacity;
        while (count * 4 > capacity * 3)
        {
            capacity *= 2;
        }

        if (storage is not null && storage->Holders == 1 && storage->Capacity == capacity)
        {
            return true;
        }

        var fresh = (Storage*)pool.Allocate(SizeOf(capacity));
        if (fresh is null)
        {
            return false;
        }

        fresh->Holders = 1;
        fresh->Capacity = capacity;
        fresh->Count = Count;
        for (var i = 0; i < capacity; i++)
        {
            fresh->Entries[i].Number = -1;
        }

        if (storage is not null)
        {
            var shared = storage->Holders > 1;
            for (var i = 0; (i = Next(i)) >= 0; i++)
            {
                var from = &storage->Entries[i];
                if (shared)
                {
                    TextPool.Share(from->Name);
                    TextPool.Share(from->RawName);
                }

                var slot = from->Number & (capacity - 1);
                while (fresh->Entries[slot].Number >= 0)
                {
                    slot = (slot + 1) & (capacity - 1);
                }

                fresh->Entries[slot] = *from;
            }

            if (shared)
            {
                storage->Holders--;
            }
            else
            {
                pool.Free((byte*)storage, SizeOf(storage->Capacity));
            }
        }

        storage = fresh;
        return true;
    }

    private void Drop(Storage* dropped)
    {
        if (--dropped->Holders > 0)
        {
            return;
        }

        for (var i = 0; i < dropped->Capacity; i++)
        {
            if (dropped->Entries[i].Number >= 0)
            {
                ReleaseTexts(&dropped->Entries[i]);
            }
        }

        pool.Free((byte*)dropped, SizeOf(dropped->Capacity));
    }

    private void ReleaseTexts(FdEntry* entry)
    {
        texts.Release(ref entry->Name);
        texts.Release(ref entry->RawName);
    }

    private static int SizeOf(int capacity) => Storage.HeaderSize + capacity * Unsafe.SizeOf<FdEntry>();

    [StructLayout(LayoutKind.Sequential, Size = HeaderSize)]
    private struct Storage
    {
        public const int HeaderSize = 16;

        public int Holders;
        public int Capacity;
        public int Count;

        /// <summary>The entries behind the header.</summary>
        public FdEntry* Entries => (FdEntry*)((byte*)Unsafe.AsPointer(ref this) + HeaderSize);
    }
}
