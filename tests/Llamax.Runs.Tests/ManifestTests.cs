using Llamax.Runs.Manifests;

namespace Llamax.Runs.Tests;

public sealed class ManifestTests
{
    [Fact]
    public void A_manifest_lists_every_file_with_its_hash_and_reads_back()
    {
        var folder = Directory.CreateTempSubdirectory("llamax-manifest-").FullName;
        try
        {
            Assert.Null(Manifest.TryRead(folder));
            AtomicFile.WriteAllText(Path.Combine(folder, "a", "b.txt"), "abc");
            new Manifest { Command = "pack", Key = "k", Seed = 7 }.Write(folder);
            var read = Manifest.TryRead(folder)!;
            // SHA-256 of "abc", FIPS 180-2 appendix B.1.
            Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", read.Outputs["a/b.txt"]);
            Assert.Equal(("pack", "k", 7ul), (read.Command, read.Key, read.Seed));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_write_that_fails_keeps_the_old_file_and_leaves_nothing_else()
    {
        var folder = Directory.CreateTempSubdirectory("llamax-atomic-").FullName;
        try
        {
            var path = Path.Combine(folder, "f");
            AtomicFile.WriteAllText(path, "old");
            Assert.Throws<IOException>(() => AtomicFile.Write(path, stream =>
            {
                stream.Write([1, 2, 3]);
                throw new IOException("No space left on device");
            }));
            Assert.Equal("old", File.ReadAllText(path));
            Assert.Single(Directory.GetFileSystemEntries(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Texts_that_are_cut_elsewhere_hash_differently() =>
        Assert.NotEqual(Manifest.HashTexts("ab", "c"), Manifest.HashTexts("a", "bc"));
}
