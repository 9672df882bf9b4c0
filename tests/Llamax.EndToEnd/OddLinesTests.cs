using Llamax.Testing;

namespace Llamax.EndToEnd;

/// <summary>Lines that no one would translate, but files have: each keeps its place, and the exit code tells whether one failed.</summary>
public sealed class OddLinesTests(RandomModel model) : IClassFixture<RandomModel>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Empty_blank_endless_and_strange_lines_keep_their_places()
    {
        string[] lines =
        [
            "One.", "", " \t\u3000 ", string.Concat(Enumerable.Repeat("😀👩‍👩‍👧🏳️‍🌈", 8)), "a\0b", new string('x', 100_000), "\u2028", "Two.",
        ];
        var output = _folder["de.txt"];
        var result = LlamaxProgram.Run(
            "translate", "--model", model.Folder, "--from", "en", "--to", "de", "--threads", "1", "--beam", "1", "--split", "never",
            "--input", _folder.Write("en.txt", string.Join('\n', lines) + "\n"), "--output", output);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("en.txt:6: too long", result.Error, StringComparison.Ordinal);
        var translated = File.ReadAllText(output).Split('\n');
        Assert.Equal(lines.Length + 1, translated.Length);
        Assert.NotEqual("", translated[0]);
        Assert.Equal(["", ""], translated[1..3]);
        Assert.NotEqual("", translated[7]);
        Assert.Equal("", translated[8]);
    }
}
