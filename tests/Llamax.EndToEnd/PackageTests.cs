using System.IO.Compression;
using Llamax.Testing;

namespace Llamax.EndToEnd;

/// <summary>What the NuGet packages hold.</summary>
public sealed class PackageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_dictionary_for_chinese_comes_with_the_text_package()
    {
        var project = Path.Combine(Goldens.Repository, "src", "Llamax.Text", "Llamax.Text.csproj");
        using var process = LlamaxProgram.Start(
            new Dictionary<string, string>(), "dotnet",
            ["pack", project, "-c", "Release", "--no-build", "--nologo", "-v", "q", "-o", _folder.Path]);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output);
        using var package = ZipFile.OpenRead(Assert.Single(Directory.GetFiles(_folder.Path, "*.nupkg")));
        foreach (var file in (string[])["dict.txt", "prob_emit.json", "prob_trans.json"])
            Assert.Equal(
                new FileInfo(Path.Combine(AppContext.BaseDirectory, "jieba", file)).Length,
                package.GetEntry($"buildTransitive/jieba/{file}")?.Length);
        using var targets = new StreamReader(package.GetEntry("buildTransitive/Llamax.Text.targets")!.Open());
        Assert.Contains("jieba/*", targets.ReadToEnd(), StringComparison.Ordinal);
    }
}
