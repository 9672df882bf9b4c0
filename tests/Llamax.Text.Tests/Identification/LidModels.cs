using System.Text.Json;
using Llamax.Testing;
using Llamax.Text.Identification;
using Llamax.Text.Tests.Tokenization;

namespace Llamax.Text.Tests.Identification;

/// <summary>The models of the golden and data folders.</summary>
internal static class LidModels
{
    public static string Lid176 => Find("lid.176.ftz");

    /// <summary>A model by its file name, beside the goldens or anywhere in the data.</summary>
    public static string Find(string name) =>
        Goldens.Files("lid", name).FirstOrDefault()
        ?? Directory.EnumerateFiles(Goldens.Data, name, SearchOption.AllDirectories).Order(StringComparer.Ordinal).First();

    /// <summary>Models that stand beside a golden of their own.</summary>
    public static IReadOnlyCollection<ITheoryDataRow> WithGoldens()
    {
        var data = new TheoryData<string>();
        foreach (var file in Goldens.Files("lid", "*.golden.jsonl.gz"))
            data.Add(Path.GetFileName(file)[..^".golden.jsonl.gz".Length]);
        return Goldens.Cases(data);
    }

    public static List<JsonElement> GoldenOf(string model) =>
        TokenizerGoldenTests.ReadLines(Goldens.GoldenPath("lid", model + ".golden.jsonl.gz"));

    /// <summary>A model, and as many of its smallest goldens as a fuzz test needs.</summary>
    public static FastTextModel Read(byte[] content) => FastTextFile.Read(new MemoryStream(content), content.Length, "model.bin");

    /// <summary>The line between the two bytes that a model may overwrite.</summary>
    public static byte[] Between(string line) => [0, .. System.Text.Encoding.UTF8.GetBytes(line), 0];
}
