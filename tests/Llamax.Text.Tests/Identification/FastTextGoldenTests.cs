using System.Text.Json;
using Llamax.Testing;
using Llamax.Text.Identification;
using Llamax.Text.Tests.Tokenization;

namespace Llamax.Text.Tests.Identification;

/// <summary>Answers of fastText itself (golden/lid): the same labels in the same order with the same bits of probability.</summary>
[Trait("Category", "Golden")]
public sealed class FastTextGoldenTests
{
    [Theory]
    [MemberData(nameof(LidModels.WithGoldens), MemberType = typeof(LidModels))]
    public void Every_line_gets_the_labels_and_probabilities_that_fastText_gives(string model)
    {
        var identifier = LanguageIdentifier.Load(LidModels.Find(model));
        var lines = LidModels.GoldenOf(model);
        if (lines[0].TryGetProperty("labels", out var labels))
            Assert.Equal(labels.EnumerateArray().Select(label => label.GetString()), identifier.Labels.Select(label => label.Name));
        var judged = lines.Where(line => line.TryGetProperty("top", out _)).ToList();
        AssertSame(identifier, judged, line => line.GetProperty("text").GetString()!);
    }

    [Theory]
    [MemberData(nameof(LidModels.WithGoldens), MemberType = typeof(LidModels))]
    public void Words_have_the_subwords_and_lines_the_vectors_that_fastText_gives_them(string model)
    {
        var details = LidModels.GoldenOf(model).Where(line => line.TryGetProperty("sentence_vector", out _)).ToList();
        Assert.SkipWhen(details.Count == 0, $"{model} has no such reference values.");
        var own = LidModels.Read(File.ReadAllBytes(LidModels.Find(model)));
        foreach (var line in details)
            AssertSameVector(own, line);
    }

    [Fact]
    public void The_internals_of_lid_176_are_those_of_fastText()
    {
        var model = LidModels.Read(File.ReadAllBytes(LidModels.Lid176));
        foreach (var line in TokenizerGoldenTests.ReadLines(Goldens.GoldenPath("lid", "lid176-internals.jsonl.gz")))
        {
            if (line.TryGetProperty("labels", out var labels))
                Assert.Equal(labels.EnumerateArray().Select(label => label.GetString()), model.Labels);
            if (line.TryGetProperty("sentence_vector", out _))
                AssertSameVector(model, line);
        }
    }

    [Fact]
    public void Lid_176_judges_odd_lines_as_fastText_does() => AssertSame(
        LanguageIdentifier.Load(LidModels.Lid176),
        TokenizerGoldenTests.ReadLines(Goldens.GoldenPath("lid", "lid176-edge.jsonl.gz")),
        line => line.GetProperty("text").GetString()!);

    [Fact]
    public void Lid_176_judges_the_lines_of_Flores_as_fastText_does()
    {
        var texts = new Dictionary<string, string[]>();
        AssertSame(
            LanguageIdentifier.Load(LidModels.Lid176),
            TokenizerGoldenTests.ReadLines(Goldens.GoldenPath("lid", "lid176-flores101-dev.jsonl.gz")),
            line =>
            {
                var language = line.GetProperty("lang").GetString()!;
                if (!texts.TryGetValue(language, out var lines))
                    texts[language] = lines = TokenizerGoldenTests.Lines(Goldens.DataPath("flores101", "dev", $"{language}.dev.gz"));
                return lines[line.GetProperty("line").GetInt32() - 1];
            });
    }

    private static void AssertSame(LanguageIdentifier identifier, List<JsonElement> lines, Func<JsonElement, string> text)
    {
        Assert.NotEmpty(lines);
        var differing = new List<string>();
        foreach (var line in lines)
        {
            var expected = line.GetProperty("top").EnumerateArray().Select(top => (top[0].GetString()!, top[1].GetSingle())).ToList();
            var best = new LabelProbability[Math.Max(expected.Count, 3)];
            var count = identifier.Identify(text(line), best);
            var actual = best.Take(Math.Min(count, expected.Count)).Select(one => (identifier.Labels[one.Label].Name, one.Probability));
            if (!expected.SequenceEqual(actual))
                differing.Add($"{text(line)}\n  expected {string.Join(' ', expected)}\n  actual   {string.Join(' ', actual)}");
        }

        Assert.True(differing.Count == 0, $"{differing.Count} of {lines.Count} lines differ:\n{string.Join('\n', differing.Take(5))}");
    }

    private static void AssertSameVector(FastTextModel model, JsonElement line)
    {
        var expected = line.GetProperty("sentence_vector").EnumerateArray().Select(value => value.GetSingle()).ToArray();
        var actual = new float[expected.Length];
        model.Average(LidModels.Between(line.GetProperty("text").GetString()!), actual);
        Assert.Equal(expected, actual);
    }
}
