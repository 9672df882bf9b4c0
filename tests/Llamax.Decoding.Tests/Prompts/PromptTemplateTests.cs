using Llamax.Decoding.Prompts;
using Llamax.Runs;

namespace Llamax.Decoding.Tests.Prompts;

public sealed class PromptTemplateTests
{
    [Fact]
    public void The_alpaca_prompt_is_that_of_the_paper_s_table_14()
    {
        const string sentence = "\"We now have 4-month-old mice that are non-diabetic that used to be diabetic,\" he added.";
        Assert.Equal(
            "Below is an instruction that describes a task, paired with an input that provides further context. "
                + "Write a response that appropriately completes the request.\n"
                + "### Instruction:\n"
                + "Translate the following sentences from English to Chinese Simpl\n"
                + "### Input:\n"
                + sentence + "\n"
                + "### Response:",
            PromptTemplate.LlamaxAlpaca.Format("English", "Chinese Simpl", $" {sentence}\n"));
    }

    [Fact]
    public void Alpaca_s_own_prompts_part_their_sections_by_empty_lines()
    {
        Assert.Equal(
            "Below is an instruction that describes a task, paired with an input that provides further context. "
                + "Write a response that appropriately completes the request.\n\n"
                + "### Instruction:\nAdd.\n\n### Input:\n1 and 2\n\n### Response:",
            AlpacaPrompt.Format("Add.", "1 and 2"));
        const string withoutInput =
            "Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n"
            + "### Instruction:\nSing.\n\n### Response:";
        Assert.Equal(withoutInput, AlpacaPrompt.Format("Sing."));
        Assert.Equal(withoutInput, AlpacaPrompt.Format("Sing.", ""));
    }

    [Fact]
    public void Placeholders_inside_the_sentence_mean_nothing() =>
        Assert.Equal("A to B: {target_name} {input} =", PromptTemplate.Compact.Format("A", "B", "{target_name} {input}"));

    [Theory]
    [InlineData("llamax-alpaca", " Guten\nTag \n\n### Instruction:\nMore", "Guten Tag")]
    [InlineData("llamax-alpaca", "Eins\r\nZwei", "Eins Zwei")]
    [InlineData("plain", " Guten Tag\nEnglish: more", "Guten Tag")]
    [InlineData("compact", "Guten Tag", "Guten Tag")]
    [InlineData("compact", " ", "")]
    public void An_answer_ends_at_a_stop_and_is_one_line(string template, string generated, string answer) =>
        Assert.Equal(answer, PromptTemplate.Find(template).Answer(generated));

    [Theory]
    [InlineData(" Er sagte: Ja", "Er sagte")]
    [InlineData("Um 12:30 Uhr", "Um 12")]
    [InlineData("Guten \r\n  Tag", "GutenTag")]
    [InlineData("Eins\n\n### Input:\nZwei", "Eins")]
    [InlineData("Eins Below is an instruction that describes a task, paired with an input that", "Eins")]
    [InlineData(": nichts", "")]
    [InlineData(" Guten Tag", "Guten Tag")]
    public void The_published_scoring_script_ends_an_answer_at_its_first_colon(string generated, string answer) =>
        Assert.Equal(answer, PaperAnswer.Read(generated));

    [Fact]
    public void An_unknown_template_is_answered_with_the_known_ones()
    {
        var failure = Assert.Throws<RequestException>(() => PromptTemplate.Find("alpacca"));
        Assert.Contains("llamax-alpaca, madlad-400, plain", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{source_name} to {target_name}", "{input} exactly once")]
    [InlineData("{input} {input}", "{input} exactly once")]
    [InlineData("{source_lang}: {input}", "{source_lang}: is no placeholder")]
    public void A_template_that_cannot_work_says_why(string text, string why)
    {
        var problem = new PromptTemplate { Name = "mine", Text = text }.Problems().Single();
        Assert.Contains(why, problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Built_in_templates_have_no_problems() => Assert.Empty(PromptTemplate.BuiltIn.SelectMany(template => template.Problems()));

    [Fact]
    public void Empty_names_and_stops_are_refused() =>
        Assert.Equal(["name", "stops"], new PromptTemplate { Name = " ", Text = "{input}", Stops = [""] }.Problems().Select(p => p.Option));
}
