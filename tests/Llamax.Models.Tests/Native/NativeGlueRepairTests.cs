using Llamax.Models.Native;

namespace Llamax.Models.Tests.Native;

public sealed class NativeGlueRepairTests
{
    private static string OutputCopy => Path.Combine(AppContext.BaseDirectory, NativeGlueRepair.LibraryName);

    [Fact]
    public void The_output_copy_makes_no_strong_demand_for_a_newer_libstdcxx()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only the Linux library has symbol versions.");
        Assert.NotEqual(NativeGlueRepair.State.Needed, NativeGlueRepair.Inspect(File.ReadAllBytes(OutputCopy), out _));
    }

    [Fact]
    public void Repairing_changes_one_bit_keeps_the_time_stamp_and_is_idempotent()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only the Linux library has symbol versions.");
        var file = File.ReadAllBytes(OutputCopy);
        Assert.SkipUnless(
            NativeGlueRepair.Inspect(file, out var flagOffset) == NativeGlueRepair.State.Repaired,
            "This version of the library does not demand a newer libstdc++.");
        file[flagOffset] &= 0xFD;
        Assert.Equal(NativeGlueRepair.State.Needed, NativeGlueRepair.Inspect(file, out _));
        var folder = Directory.CreateTempSubdirectory("llamax-glue-");
        try
        {
            var path = Path.Combine(folder.FullName, NativeGlueRepair.LibraryName);
            File.WriteAllBytes(path, file);
            var stamp = new DateTime(2024, 5, 1, 12, 0, 0, DateTimeKind.Utc);
            File.SetLastWriteTimeUtc(path, stamp);
            Assert.True(NativeGlueRepair.Repair(path));
            Assert.False(NativeGlueRepair.Repair(path));
            Assert.Equal(stamp, File.GetLastWriteTimeUtc(path));
            Assert.Equal(File.ReadAllBytes(OutputCopy), File.ReadAllBytes(path));
            Assert.Single(folder.GetFiles());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_damaged_library_is_left_alone()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only the Linux library has symbol versions.");
        var whole = File.ReadAllBytes(OutputCopy);
        Assert.Equal(NativeGlueRepair.State.NotNeeded, NativeGlueRepair.Inspect([1, 2, 3], out _));
        Assert.Throws<InvalidDataException>(() => NativeGlueRepair.Inspect(whole[..(whole.Length / 2)], out _));
    }
}
