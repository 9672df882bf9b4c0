// Compiled twice: by MSBuild as an inline task on the output copy (Llamax.Models.targets), and into Llamax.Models.Tests. The inline
// compiler offers netstandard2.0 and no implicit usings, hence the plain style.
#nullable disable

#if !LLAMAX_TESTS
using System;
using System.Collections.Generic;
using System.IO;
#endif
using System.Text;

namespace Llamax.Models.Native;

/// <summary>
/// libLibTorchSharp.so of TorchSharp 0.107 demands the symbol version GLIBCXX_3.4.32 (GCC 13), which the libstdc++ of Debian 12,
/// Ubuntu 22.04 and RHEL 9 lacks, so the loader refuses the whole library. The demand comes from one symbol that the
/// compiler records and no relocation uses. Marking that one version need as weak (VER_FLG_WEAK) lets the loader go on, and
/// changes nothing where the version exists. ELF64 little-endian; layout after the System V gABI and the LSB.
/// </summary>
internal static class NativeGlueRepair
{
    internal const string LibraryName = "libLibTorchSharp.so";
    private const string Version = "GLIBCXX_3.4.32";
    private const string OnlySymbol = "_ZSt21ios_base_library_initv";
    private const int SectionHeaderSize = 64;
    private const uint TypeRela = 4, TypeDynamicSymbols = 11, TypeVersionNeeds = 0x6FFFFFFE, TypeVersionOfSymbol = 0x6FFFFFFF;
    private const ushort WeakFlag = 2;

    internal enum State
    {
        /// <summary>Not an ELF file, or it does not demand the version.</summary>
        NotNeeded,

        /// <summary>The demand is there and strong.</summary>
        Needed,

        /// <summary>The demand is there and already weak.</summary>
        Repaired,
    }

    /// <summary>What the file demands; <paramref name="flagOffset"/> is where its flags stand (0 if it demands nothing).</summary>
    /// <exception cref="InvalidDataException">The file is not laid out as expected: it is left alone.</exception>
    internal static State Inspect(byte[] file, out int flagOffset)
    {
        flagOffset = 0;
        if (file.Length < 64 || file[0] != 0x7F || file[1] != 'E' || file[2] != 'L' || file[3] != 'F' || file[4] != 2 || file[5] != 1)
            return State.NotNeeded;

        var sections = ReadSections(file);
        var needs = sections.Find(s => s.Type == TypeVersionNeeds);
        if (needs == null)
            return State.NotNeeded;
        var strings = sections[(int)needs.Link];
        var versionIndex = -1;
        for (long need = needs.Offset, left = needs.Info; left > 0; left--)
        {
            var auxiliary = need + U32(file, need + 8);
            for (int i = 0, count = U16(file, need + 2); i < count; i++)
            {
                if (Text(file, strings, U32(file, auxiliary + 8)) == Version)
                {
                    flagOffset = (int)auxiliary + 4;
                    versionIndex = U16(file, auxiliary + 6) & 0x7FFF;
                }

                auxiliary += U32(file, auxiliary + 12);
            }

            need += U32(file, need + 12);
        }

        if (versionIndex < 0)
            return State.NotNeeded;
        if ((U16(file, flagOffset) & WeakFlag) != 0)
            return State.Repaired;
        VerifyThatNothingUsesIt(file, sections, versionIndex);
        return State.Needed;
    }

    /// <summary>Repairs the file where it needs it: a new file is written beside it and renamed over it, its time stamp kept.</summary>
    /// <returns>Whether the file was changed.</returns>
    /// <exception cref="InvalidDataException">The file is not laid out as expected: it is left alone.</exception>
    internal static bool Repair(string path)
    {
        var file = File.ReadAllBytes(path);
        int flagOffset;
        if (Inspect(file, out flagOffset) != State.Needed)
            return false;
        file[flagOffset] |= (byte)WeakFlag;
        if (Inspect(file, out flagOffset) != State.Repaired)
            throw new InvalidDataException("the repair could not be verified");

        // An equal time stamp and size keep incremental builds from copying the original back.
        var stamp = File.GetLastWriteTimeUtc(path);
        var temporary = path + ".llamax-tmp";
        File.WriteAllBytes(temporary, file);
        File.SetLastWriteTimeUtc(temporary, stamp);
        File.Replace(temporary, path, null);
        return true;
    }

    // Safe only if the one symbol bound to the version is the known one and no relocation refers to it.
    private static void VerifyThatNothingUsesIt(byte[] file, List<Section> sections, int versionIndex)
    {
        var symbols = sections.Find(s => s.Type == TypeDynamicSymbols);
        var versions = sections.Find(s => s.Type == TypeVersionOfSymbol);
        if (symbols == null || versions == null)
            throw new InvalidDataException("no dynamic symbol table");
        var bound = new List<long>();
        for (long i = 0; i < versions.Size / 2; i++)
        {
            if ((U16(file, versions.Offset + (2 * i)) & 0x7FFF) == versionIndex)
                bound.Add(i);
        }

        if (bound.Count != 1 || Text(file, sections[(int)symbols.Link], U32(file, symbols.Offset + (24 * bound[0]))) != OnlySymbol)
            throw new InvalidDataException(bound.Count + " symbols are bound to " + Version + ", expected " + OnlySymbol + " alone");
        foreach (var relocations in sections.FindAll(s => s.Type == TypeRela))
        {
            for (long at = relocations.Offset; at + 24 <= relocations.Offset + relocations.Size; at += 24)
            {
                if (U32(file, at + 12) == bound[0])
                    throw new InvalidDataException("a relocation uses " + OnlySymbol);
            }
        }
    }

    private static List<Section> ReadSections(byte[] file)
    {
        var table = (long)BitConverter.ToUInt64(file, 0x28);
        int count = U16(file, 0x3C);
        var sections = new List<Section>();
        for (var i = 0; i < count; i++)
        {
            var at = table + ((long)i * SectionHeaderSize);
            if (at < 0 || at + SectionHeaderSize > file.Length)
                throw new InvalidDataException("the section table lies outside the file");
            var section = new Section
            {
                Type = U32(file, at + 4),
                Offset = (long)BitConverter.ToUInt64(file, (int)at + 0x18),
                Size = (long)BitConverter.ToUInt64(file, (int)at + 0x20),
                Link = U32(file, at + 0x28),
                Info = U32(file, at + 0x2C),
            };
            if (section.Link >= count)
                throw new InvalidDataException("section " + i + " links to a section that does not exist");
            sections.Add(section);
        }

        return sections;
    }

    private static string Text(byte[] file, Section strings, long offset)
    {
        long start = strings.Offset + offset, end = start;
        Check(file, start, 1);
        while (end < file.Length && file[end] != 0)
            end++;
        return Encoding.ASCII.GetString(file, (int)start, (int)(end - start));
    }

    private static ushort U16(byte[] file, long offset)
    {
        Check(file, offset, 2);
        return BitConverter.ToUInt16(file, (int)offset);
    }

    private static uint U32(byte[] file, long offset)
    {
        Check(file, offset, 4);
        return BitConverter.ToUInt32(file, (int)offset);
    }

    private static void Check(byte[] file, long offset, int length)
    {
        if (offset < 0 || offset > file.Length - length)
            throw new InvalidDataException("an offset points outside the file");
    }

    private sealed class Section
    {
        internal uint Type, Link, Info;
        internal long Offset, Size;
    }
}

#if !LLAMAX_TESTS
/// <summary>The MSBuild task: repairs the copy in the output or publish folder, never the one in the package cache.</summary>
public sealed class RepairNativeGlue : Microsoft.Build.Utilities.Task
{
    [Microsoft.Build.Framework.Required]
    public string Folder { get; set; }

    public override bool Execute()
    {
        var path = Path.Combine(Folder, NativeGlueRepair.LibraryName);
        try
        {
            if (File.Exists(path) && NativeGlueRepair.Repair(path))
                Log.LogMessage(Microsoft.Build.Framework.MessageImportance.Normal, "Repaired {0} for older libstdc++.", path);
        }
        catch (InvalidDataException e)
        {
            Log.LogWarning("{0} was left as it is: {1}. On systems with a libstdc++ older than GCC 13 it will not load.", path, e.Message);
        }

        return !Log.HasLoggedErrors;
    }
}
#endif
