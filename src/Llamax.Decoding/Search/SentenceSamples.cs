using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Llamax.Runs;

namespace Llamax.Decoding.Search;

/// <summary>Independent samples of one sentence; a sample's log-probability is that of the distribution before sampling's filters.</summary>
internal sealed class SentenceSamples : SentenceSearch
{
    private readonly SearchOptions _options;
    private readonly Endings _endings;
    private readonly FinishedHypotheses _finished;
    private readonly Sampler _sampler;
    private readonly Draws _draws;
    private readonly long _item;
    private List<int> _numbers;

    public SentenceSamples(int index, SearchPrompt prompt, int limit, Endings endings, SearchOptions options)
        : base(index, prompt, limit)
    {
        (_endings, _options) = (endings, options);
        _finished = new(options.NBest, options.LengthPenalty);
        _sampler = new(options.Sampling!);
        _draws = new(options.Sampling!.Seed, "sample");
        // The prompt itself is the key: its place in a file, a batch or a resumed job cannot change what is drawn for it.
        _item = BitConverter.ToInt64(SHA256.HashData(MemoryMarshal.AsBytes(prompt.Tokens.AsSpan())));
        _numbers = [.. Enumerable.Range(0, options.NBest)];
    }

    public override IReadOnlyList<Hypothesis> Best => _finished.BestFirst;

    protected override void Choose(NextTokens next, int firstRow)
    {
        var beams = new List<Beam>();
        var numbers = new List<int>();
        var scores = ReadOnlySpan<float>.Empty;
        for (var i = 0; i < _numbers.Count; i++)
        {
            // At first all samples share the prompt's row.
            var row = Math.Min(i, Beams.Count - 1);
            var beam = Beams[row];
            if (row == i)
                scores = next.Scores(firstRow + row, Prompt, beam.Tokens);
            var token = _sampler.Draw(scores, _draws.Uniform(_item, ((long)_numbers[i] << 32) | (uint)Length));
            if (token < 0)
            {
                _finished.Add(beam.Tokens, beam.LogProbability, Ending.Limit);
                continue;
            }

            var (answer, logProbability) = ((int[])[.. beam.Tokens, token], beam.LogProbability + scores[token]);
            if (_endings.Of(answer) is { } ending)
            {
                _finished.Add(answer, logProbability, ending);
            }
            else if (Length == Limit)
            {
                _finished.Add(answer, logProbability, Ending.Limit);
            }
            else
            {
                beams.Add(new(answer, logProbability, row));
                numbers.Add(_numbers[i]);
            }
        }

        (Beams, _numbers) = (beams, numbers);
        IsDone = beams.Count == 0;
    }

    protected override void Cut()
    {
        for (var i = 0; i < _numbers.Count; i++)
        {
            var beam = Beams[Math.Min(i, Beams.Count - 1)];
            _finished.Add(beam.Tokens, beam.LogProbability, Ending.Limit);
        }

        IsDone = true;
    }
}
