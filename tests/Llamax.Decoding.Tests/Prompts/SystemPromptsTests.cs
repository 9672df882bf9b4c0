using Llamax.Decoding.Prompts;
using Llamax.Runs;
using Llamax.Testing;

namespace Llamax.Decoding.Tests.Prompts;

/// <summary>The prompts of LLaMAX, Table 14.</summary>
public sealed class SystemPromptsTests
{
    private const string Sentence = "\"We now have 4-month-old mice that are non-diabetic that used to be diabetic,\" he added.";

    [Theory]
    [InlineData("llama-alpaca", "### Instruction:\nTranslate the following sentences from English to Chinese Simpl\n### Input:\n$\n### Response:")]
    [InlineData("yayi2", "### Instruction:\nTranslate the following sentences from English to Chinese Simpl\n### Input:\n$\n### Response:")]
    [InlineData("polylm", "$\nTranslate this sentence English to Chinese Simpl.\n")]
    [InlineData("tower-instruct", "Translate the following text from English into Chinese.\nEnglish: $\nChinese:<|im_end|>\n<|im_start|>assistant\n")]
    [InlineData("aya-23", "<|USER_TOKEN|>Translate the following sentences from English to Chinese: $<|END_OF_TURN_TOKEN|>")]
    [InlineData("qwen2-instruct", "user\nTranslate the following sentences from English to Chinese Simpl: $<|im_end|>\n<|im_start|>assistant\n")]
    [InlineData("chinese-alpaca-2", "你是一个乐于助人的助手。\n<</SYS>>\n\nTranslate the following sentences from English to Chinese Simpl: $ [/INST]")]
    [InlineData("swallow", "日本人のアシスタントです。\n<</SYS>>\n\nTranslate the following sentences from English to Chinese Simpl: $ [/INST]")]
    [InlineData("madlad-400", "<2zh> $")]
    public void Every_system_of_the_paper_has_its_prompt(string name, string part) => Assert.Contains(
        part.Replace("$", Sentence, StringComparison.Ordinal),
        PromptTemplate.Find(name).Format(("en", "English"), ("zh", "Chinese Simpl"), Sentence),
        StringComparison.Ordinal);

    [Fact]
    public void A_heading_inside_the_sentence_is_no_answer()
    {
        var template = PromptTemplate.LlamaxAlpaca;
        Assert.Contains("### Response:\nno", template.Format("English", "German", "### Response:\nno"), StringComparison.Ordinal);
        Assert.Equal("Ja: nein: doch", template.Answer(" Ja: nein: doch\n### Response: more"));
    }

    [Fact]
    public void A_template_of_one_s_own_comes_from_a_file()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("mine.json", """{"name": "mine", "text": "{source_code}>{target_code} {input} ->", "stops": ["\n"]}""");
        Assert.Equal("en>de x ->", PromptTemplate.Find(path).Format(("en", "English"), ("de", "German"), "x"));
    }

    [Theory]
    [InlineData("{", "To mend it: write {\"name\"")]
    [InlineData("null", "null")]
    [InlineData("""{"name": "a", "text": "no place"}""", "{input} exactly once")]
    [InlineData("""{"name": "a", "text": "{input}", "temperature": 1}""", "temperature")]
    public void A_file_that_is_no_template_says_why(string json, string why)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("mine.json", json);
        var failure = Assert.Throws<RequestException>(() => PromptTemplate.Find(path));
        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
        Assert.Contains(why, failure.Message, StringComparison.Ordinal);
    }
}
