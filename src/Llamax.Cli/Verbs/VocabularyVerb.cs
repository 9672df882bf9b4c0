using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Llamax.Cli.Rendering;
using Llamax.Pipelines;

namespace Llamax.Cli.Verbs;

/// <summary><c>llamax vocabulary extend MODEL</c>: new tokens for a language.</summary>
internal static class VocabularyVerb
{
    internal static Command Create() => new("vocabulary", """
        Changes the vocabulary of a model.

        Examples:
          llamax vocabulary extend Llama-2-7b --text corpus.bn.gz --language bn --tokens 800 --out Llama-2-7b-bn
        """)
    { Extend() };

    private static Command Extend()
    {
        var model = new Argument<string>("MODEL") { Description = "A Hugging Face folder with a SentencePiece tokenizer.model" };
        var text = new Option<string>("--text") { Description = "Text of the language: see docs/data.md", HelpName = "SPEC", Required = true };
        var language = new Option<string>("--language", "-l") { Description = "The language of the text", HelpName = "CODE", Required = true };
        var tokens = new Option<int>("--tokens") { Description = "New tokens", HelpName = "N", Required = true };
        var output = new Option<string>("--out", "-o") { Description = "Folder of the new model", HelpName = "DIR", Required = true };
        var json = new Option<bool>("--json") { Description = "Print a JSON object" };
        var command = new Command("extend", """
            Learns tokens from a text of a language and puts them behind those of the model (LLaMAX, section 3.1): characters that it spells
            in bytes, then the most frequent pairs of its pieces. Text without any of them is cut as before. The rows of the new tokens, in
            embedding and head, are the means of the old tokens' that they are made of; train the model afterwards. Says how many tokens a
            word of the language has, before and after, on lines that were not learnt from.

            Examples:
              llamax vocabulary extend Llama-2-7b --text corpus.bn.gz --language bn --tokens 800 --out Llama-2-7b-bn
              llamax vocabulary extend Llama-2-7b --text "corpus.tsv#text=2" --language ro --tokens 100 --out Llama-2-7b-ro --json
            """)
        { model, text, language, tokens, output, json };
        command.SetAction((parsed, cancellation) =>
        {
            var events = Talk.Events();
            using var display = events as IDisposable;
            var result = new VocabularyRun
            {
                Model = parsed.GetValue(model)!,
                Text = parsed.GetValue(text)!,
                Language = parsed.GetValue(language)!,
                Tokens = parsed.GetValue(tokens),
                Output = parsed.GetValue(output)!,
            }.Run(events, cancellation);
            Console.Out.WriteLine(parsed.GetValue(json) ? Results.Line(Json(result)) : string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Language}: {result.FertilityBefore:0.00} tokens a word before, {result.FertilityAfter:0.00} with {result.NewTokens:N0} "
                + $"new ones ({result.Words:N0} held-out words); {result.VocabularySize:N0} tokens in all"));
            return Task.FromResult(CommandLine.Done);
        });
        return command;
    }

    private static JsonObject Json(VocabularyResult result) => new()
    {
        ["language"] = result.Language,
        ["vocabularySize"] = result.VocabularySize,
        ["newTokens"] = result.NewTokens,
        ["words"] = result.Words,
        ["fertilityBefore"] = result.FertilityBefore,
        ["fertilityAfter"] = result.FertilityAfter,
    };
}
