using Llamax.Corpus.Reading;
using Llamax.Decoding.Prompts;
using Llamax.Models.Checkpoints;
using Llamax.Pipelines.Data;
using Llamax.Runs;
using Llamax.Runs.Progress;
using Llamax.Text.Languages;
using Llamax.Text.Tokenization;

namespace Llamax.Pipelines;

/// <summary>Gives a model new tokens for a language (LLaMAX, section 3.1): its tokenizer, its embedding and its head.</summary>
public sealed record VocabularyRun
{
    private const string TokenizerModel = "tokenizer.model";

    // Fertility is measured on lines that the new pieces were not learnt from.
    private const int OneHeldOutIn = 20;
    private const int MostHeldOut = 2_000;

    // What belongs beside a model and does not depend on its ids.
    private static readonly string[] Companions =
    [
        "tokenizer_config.json", "special_tokens_map.json", "generation_config.json", "chat_template.jinja", TranslationProfile.FileName,
    ];

    /// <summary>A Hugging Face folder with a SentencePiece tokenizer.model.</summary>
    public required string Model { get; init; }

    /// <summary>Text of the language, as <see cref="CorpusSpec.Parse"/> reads it.</summary>
    public required string Text { get; init; }

    /// <summary>The language of the text, by any of its codes.</summary>
    public required string Language { get; init; }

    /// <summary>New tokens.</summary>
    public required int Tokens { get; init; }

    /// <summary>The new model's folder.</summary>
    public required string Output { get; init; }

    /// <summary>Learns the tokens and writes the new model; config.json appears last but for the tokenizer's own files.</summary>
    /// <exception cref="RequestException">A file is wrong, or the text gives too few tokens.</exception>
    public VocabularyResult Run(IRunEvents events, CancellationToken cancellation)
    {
        var language = LanguageRegistry.Find(Language);
        var path = Path.Combine(Model, TokenizerModel);
        if (Path.GetFullPath(Model) == Path.GetFullPath(Output))
            throw new RequestException("the new model would overwrite the old one", Output, "name another folder");
        if (!File.Exists(path))
        {
            throw new RequestException(
                $"there is no {TokenizerModel}", Model, "use a model with a SentencePiece tokenizer, as LLaMA 2, and put it there");
        }

        var model = TokenizerFile.LoadModel(path);
        var old = TokenizerFile.Load(Model);
        if (old.VocabularySize != model.Pieces.Length)
        {
            throw new RequestException(
                $"{old.VocabularySize - model.Pieces.Length} tokens were added behind the vocabulary of {model.Pieces.Length}", Model,
                "start from the model before they were added");
        }

        var extension = new VocabularyExtension(model);
        var malformed = new MalformedLines();
        var heldOut = new List<string>();
        var draws = new Draws(1, "lines to measure fertility on");
        foreach (var (number, line) in CorpusInput.Open(Text).Lines(malformed, cancellation).Until(cancellation).Index())
        {
            if (heldOut.Count < MostHeldOut && draws.Below(OneHeldOutIn, number) == 0)
                heldOut.Add(line.Text);
            else
                extension.Add(line.Text);
        }

        if (malformed.Count > 0)
            events.Warn($"malformed lines were left out ({malformed.Count}), for example {malformed.Examples[0]}");
        var words = heldOut.Sum(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length);
        if (words == 0)
            throw new RequestException($"no line of {language.Name} is left to measure with", Text, "give at least a hundred lines of text");
        var extended = extension.Extend(Tokens, events, cancellation);
        VocabularyRows.Append(Model, Output, model.Pieces.Length, extended.Origins);
        TokenizerFile.SaveWhatCanBe(extended.Model, Output);
        foreach (var file in Companions.Select(name => Path.Combine(Model, name)).Where(File.Exists))
        {
            using var source = File.OpenRead(file);
            AtomicFile.Write(Path.Combine(Output, Path.GetFileName(file)), source.CopyTo);
        }

        var now = TokenizerFile.Load(Output);
        return new(language.Code, now.VocabularySize, Tokens, words, Fertility(old), Fertility(now));

        double Fertility(ITokenizer tokenizer) => heldOut.Sum(line => (double)tokenizer.Encode(line).Length) / words;
    }
}

/// <summary>What an extension came to.</summary>
/// <param name="Language">Paper code.</param>
/// <param name="VocabularySize">All tokens.</param>
/// <param name="NewTokens">Of them new.</param>
/// <param name="Words">Held-out words, divided by spaces, that the fertility is measured on.</param>
/// <param name="FertilityBefore">Tokens a word.</param>
/// <param name="FertilityAfter">With the new tokens.</param>
public sealed record VocabularyResult(
    string Language, int VocabularySize, int NewTokens, int Words, double FertilityBefore, double FertilityAfter);
