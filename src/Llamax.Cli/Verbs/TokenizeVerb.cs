using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Llamax.Cli.Rendering;
using Llamax.Corpus.Reading;
using Llamax.Runs;
using Llamax.Text.Tokenization;

namespace Llamax.Cli.Verbs;

/// <summary><c>llamax tokenize --tokenizer F</c>: text to ids and back, line by line.</summary>
internal static class TokenizeVerb
{
    internal static Command Create()
    {
        var texts = new Argument<string[]>("TEXT")
        {
            Description = "Texts, each a line; without any, lines are read",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var tokenizer = new Option<string>("--tokenizer", "-t")
        {
            Description = "A SentencePiece model or a tokenizer.json, also as .gz, or a folder with one",
            HelpName = "FILE",
            Required = true,
        };
        var decode = new Option<bool>("--decode") { Description = "From arrays of ids back to text" };
        var pieces = new Option<bool>("--pieces") { Description = "Print the pieces instead of their ids" };
        var input = new Option<string?>("--input", "-i")
        {
            Description = "Read lines from here (.gz too) instead of standard input",
            HelpName = "FILE",
        };
        var json = new Option<bool>("--json") { Description = "With --decode: print each text as a JSON string" };
        var command = new Command("tokenize", """
            Turns text into the ids of a tokenizer, and back. Each line becomes a JSON array of ids, without BOS and EOS.

            Examples:
              llamax tokenize --tokenizer llama2/tokenizer.model "Guten Tag"
              llamax tokenize --tokenizer llama2/tokenizer.model --input corpus.ha.gz > corpus.ids
              llamax tokenize --tokenizer llama2/tokenizer.model --pieces < corpus.ha
              llamax tokenize --tokenizer llama2/tokenizer.model --decode --json < corpus.ids
            """)
        { texts, tokenizer, decode, pieces, input, json };
        command.SetAction((parsed, cancellation) =>
        {
            var given = parsed.GetValue(texts) ?? [];
            var path = parsed.GetValue(input);
            if (given.Length > 0 && path is not null)
                throw new RequestException("texts and --input were given", "llamax tokenize", "give one of them");
            if (parsed.GetValue(decode) && parsed.GetValue(pieces))
                throw new RequestException("--decode and --pieces were given", "llamax tokenize", "give one of them");
            if (parsed.GetValue(json) && !parsed.GetValue(decode))
                throw new RequestException("without --decode the output always is JSON", "--json", "leave it out");
            var vocabulary = TokenizerFile.Load(parsed.GetValue(tokenizer)!);
            Func<TextLine, string> convert = parsed.GetValue(decode) ? line => Decode(vocabulary, line, parsed.GetValue(json))
                : parsed.GetValue(pieces) ? line => Pieces(vocabulary, line)
                : line => Ids(vocabulary, line);
            var lines = given.Length > 0
                ? given.Select((text, i) => new TextLine(text, string.Create(CultureInfo.InvariantCulture, $"TEXT {i + 1}")))
                : InputLines.Read(path, cancellation);
            using var output = Results.Lines(answersStandardInput: given.Length == 0 && path is null or InputLines.StandardInput);
            foreach (var line in lines)
            {
                cancellation.ThrowIfCancellationRequested();
                output.WriteLine(convert(line));
            }

            return Task.FromResult(CommandLine.Done);
        });
        return command;
    }

    private static string Ids(ITokenizer tokenizer, TextLine line) => $"[{string.Join(',', tokenizer.Encode(line.Text))}]";

    private static string Pieces(ITokenizer tokenizer, TextLine line) =>
        Results.Line(new JsonArray([.. tokenizer.EncodePieces(line.Text).Select(piece => JsonValue.Create(piece))]));

    private static string Decode(ITokenizer tokenizer, TextLine line, bool json)
    {
        int[] ids;
        try
        {
            ids = JsonSerializer.Deserialize<int[]>(line.Text) ?? throw new JsonException();
        }
        catch (JsonException failure)
        {
            throw new RequestException(
                "this is no JSON array of ids", line.Origin, "give one array a line, for example [306, 5360]", failure);
        }

        var outside = Array.FindIndex(ids, id => id < 0 || id >= tokenizer.VocabularySize);
        if (outside >= 0)
            throw new RequestException(
                string.Create(CultureInfo.InvariantCulture, $"id {ids[outside]} is not in the vocabulary of {tokenizer.VocabularySize}"),
                line.Origin, "use the tokenizer that made the ids");
        var text = tokenizer.Decode(ids);
        return json ? Results.Line(JsonValue.Create(text)) : text;
    }
}
