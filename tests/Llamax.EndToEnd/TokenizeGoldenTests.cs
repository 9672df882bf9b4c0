using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using Llamax.Testing;

namespace Llamax.EndToEnd;

/// <summary>Ids through the command line against the original programs' (golden/tokenizers), a sample of the lines of each file.</summary>
[Trait("Category", "Golden")]
public sealed class TokenizeGoldenTests
{
    private const int Sample = 100;

    [Theory]
    [MemberData(nameof(Names))]
    public void Lines_get_the_ids_that_the_original_program_gives_and_come_back_as_text(string name)
    {
        var model = Model(name);
        Assert.SkipWhen(model is null, $"There is no tokenizer {name} in the data and golden folders.");
        var all = Read(Goldens.GoldenPath("tokenizers", name + ".jsonl.gz"))
            .Where(line => !((string)line["text"]!).AsSpan().ContainsAny('\n', '\r'))
            .ToList();
        var lines = all.Where((_, i) => i % Math.Max(1, all.Count / Sample) == 0).ToList();
        var input = string.Concat(lines.Select(line => $"{line["text"]}\n"));
        var ids = LlamaxProgram.RunOn(input, "tokenize", "--tokenizer", model!).Done().Lines;
        Assert.Equal(lines.Select(line => line["ids"]!.ToJsonString()), ids);

        var texts = LlamaxProgram.RunOn(string.Join('\n', ids), "tokenize", "--tokenizer", model!, "--decode", "--json").Done().Lines;
        foreach (var (line, text) in lines.Zip(texts))
            if (line["decoded"] is { } decoded)
                Assert.Equal((string?)decoded, JsonSerializer.Deserialize<string>(text));
        Assert.Equal(lines.Count, texts.Length);
    }

    public static IReadOnlyCollection<ITheoryDataRow> Names()
    {
        var data = new TheoryData<string>();
        foreach (var file in Goldens.Files("tokenizers", "*.jsonl.gz"))
            if (Read(file).FirstOrDefault()?["ids"] is not null)
                data.Add(Path.GetFileName(file)[..^".jsonl.gz".Length]);
        return Goldens.Cases(data);
    }

    private static string? Model(string name) =>
        new[] { Goldens.Data, Goldens.Root }
            .SelectMany(root => Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories))
            .Where(file => file.EndsWith($"/{name}.model", StringComparison.Ordinal)
                || file.EndsWith($"/{name}-tokenizer/tokenizer.model", StringComparison.Ordinal)
                || file.EndsWith($"/{name}/tokenizer.json.gz", StringComparison.Ordinal)
                || file.EndsWith($"/{name}/tokenizer.json", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .FirstOrDefault();

    internal static IEnumerable<JsonNode> Read(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
            yield return JsonNode.Parse(line)!;
    }
}
