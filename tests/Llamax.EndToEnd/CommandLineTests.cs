using System.Text.RegularExpressions;

namespace Llamax.EndToEnd;

/// <summary>What every verb has in common: help, unknown words, wrong values.</summary>
public sealed partial class CommandLineTests
{
    [Fact]
    public void Help_shows_every_verb_in_one_line_and_examples()
    {
        var help = LlamaxProgram.Run("--help").Done().Out;
        Assert.StartsWith("Description:\n  Turns LLaMA-family models into translators", help, StringComparison.Ordinal);
        Assert.Contains("Examples:\n    llamax quickstart", help, StringComparison.Ordinal);
        var verbs = help[help.IndexOf("Commands:", StringComparison.Ordinal)..].Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..];
        Assert.All(verbs, line => Assert.Matches(VerbLine(), line));
        string[] expected =
            ["quickstart", "run", "train", "corpus", "pack", "report", "score", "tokenize", "data", "doctor", "translate", "languages"];
        foreach (var verb in expected)
            Assert.Contains(verbs, line => line.StartsWith($"  {verb} ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("quickstart")]
    [InlineData("run")]
    [InlineData("train")]
    [InlineData("pack")]
    [InlineData("report")]
    [InlineData("score")]
    [InlineData("tokenize")]
    [InlineData("data")]
    [InlineData("data get")]
    [InlineData("data describe")]
    [InlineData("corpus")]
    [InlineData("corpus clean")]
    [InlineData("corpus dedup")]
    [InlineData("corpus decontaminate")]
    [InlineData("doctor")]
    [InlineData("translate")]
    [InlineData("languages")]
    public void The_help_of_every_verb_has_examples_that_begin_with_it(string verb)
    {
        var help = LlamaxProgram.Run([.. verb.Split(' '), "--help"]).Done().Out;
        var examples = help[help.IndexOf("Examples:", StringComparison.Ordinal)..help.IndexOf("Usage:", StringComparison.Ordinal)];
        Assert.Contains($"llamax {verb}", examples, StringComparison.Ordinal);
    }

    [Fact]
    public void Llamax_alone_and_a_group_alone_show_their_help()
    {
        Assert.Contains("Commands:", LlamaxProgram.Run().Done().Out, StringComparison.Ordinal);
        Assert.Contains("Commands:", LlamaxProgram.Run("data").Done().Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("transalte", "unknown verb \"transalte\"", "translate")]
    [InlineData("data lst", "unknown verb \"lst\"", "list")]
    [InlineData("score a b --metrik bleu", "unknown option \"--metrik\"", "--metric")]
    [InlineData("tokenize --tokenizer f --decod x", "unknown option \"--decod\"", "--decode")]
    [InlineData("doctor -x", "unknown option \"-x\"", "--json")]
    public void An_unknown_word_gets_its_nearest_ones(string line, string what, string nearest)
    {
        var message = LlamaxProgram.Run(line.Split(' ')).Refusal();
        Assert.Contains(what, message, StringComparison.Ordinal);
        Assert.Contains($"the nearest are {nearest}", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tokenize text", "--tokenizer")]
    [InlineData("score hyp", "REF")]
    [InlineData("languages a b", "\"b\" is one argument too many")]
    [InlineData("translate x --model m --from en --to de --beam four", "--beam \"four\" is no whole number")]
    [InlineData("translate x --from en --to de", "--model")]
    public void A_missing_or_wrong_value_is_one_line_that_names_it(string line, string what) =>
        Assert.Contains(what, LlamaxProgram.Run(line.Split(' ')).Refusal(), StringComparison.Ordinal);

    [Fact]
    public void Version_is_a_number() => Assert.Matches(Version(), LlamaxProgram.Run("--version").Done().Out);

    [GeneratedRegex(@"^  [a-z].{10,110}$")]
    private static partial Regex VerbLine();

    [GeneratedRegex(@"^\d+\.\d+\.\d+")]
    private static partial Regex Version();
}
