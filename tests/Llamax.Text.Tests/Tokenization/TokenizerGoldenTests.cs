using System.IO.Compression;
using System.Text.Json;
using Llamax.Testing;
using Llamax.Text.Tokenization;

namespace Llamax.Text.Tests.Tokenization;

/// <summary>Ids that other programs gave to the same text with the same file (golden/tokenizers, golden/metrics/spm): not one may differ.</summary>
public sealed class TokenizerGoldenTests
{
    [Theory]
    [MemberData(nameof(Names))]
    public void Every_line_gets_the_ids_that_the_original_program_gives(string name)
    {
        var lines = Read(Goldens.GoldenPath("tokenizers", name + ".jsonl.gz"));
        foreach (var path in Models(name))
        {
            var tokenizer = TokenizerFile.Load(path);
            var differing = new List<string>();
            foreach (var line in lines)
            {
                var expected = line.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ToArray();
                var text = line.GetProperty("text").GetString()!;
                var actual = tokenizer.Encode(text);
                if (!expected.SequenceEqual(actual))
                    differing.Add($"{JsonSerializer.Serialize(text)}: expected {string.Join(' ', expected)}, got {string.Join(' ', actual)}");
                if (line.TryGetProperty("decoded", out var decoded) && decoded.GetString() != tokenizer.Decode(expected))
                    differing.Add($"decoded {JsonSerializer.Serialize(decoded.GetString())}, got {JsonSerializer.Serialize(tokenizer.Decode(expected))}");
            }

            Assert.True(differing.Count == 0, $"{path}: {differing.Count} of {lines.Count} lines differ:\n{string.Join('\n', differing.Take(20))}");
        }
    }

    public static TheoryData<string> Names()
    {
        var data = new TheoryData<string>();
        foreach (var file in Directory.EnumerateFiles(Goldens.GoldenPath("tokenizers"), "*.jsonl.gz").Order(StringComparer.Ordinal))
            if (Read(file) is [var first, ..] && first.TryGetProperty("ids", out _))
                data.Add(Path.GetFileName(file)[..^".jsonl.gz".Length]);
        return data;
    }

    private static IEnumerable<string> Models(string name) =>
        new[] { Goldens.Data, Goldens.Root }.SelectMany(root => Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories))
            .Where(file => file.EndsWith($"/{name}.model", StringComparison.Ordinal) || file.EndsWith($"/{name}-tokenizer/tokenizer.model", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    private static List<JsonElement> Read(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        var lines = new List<JsonElement>();
        while (reader.ReadLine() is { } line)
            lines.Add(JsonDocument.Parse(line).RootElement);
        return lines;
    }
}
