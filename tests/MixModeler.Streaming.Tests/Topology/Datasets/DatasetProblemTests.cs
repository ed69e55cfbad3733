using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Topology.Datasets;

public sealed class DatasetProblemTests
{
    [Theory]
    // What a dataset is.
    [InlineData(6, "    category: Sumary", 6, 15, "'category' is 'Sumary'; did you mean 'Summary'? Allowed: Summary, Adobe Analytics")]
    [InlineData(6, "", 7, 5, "the dataset 'youtube' needs 'category'")]
    [InlineData(6, "    categori: Summary", 6, 5, "did you mean 'category'?")]
    [InlineData(7, "    topic: scores", 7, 12, "the topic 'scores' is the engine's own")]
    [InlineData(7, "    topic: events", 7, 12, "the topic 'events' is that of the events: a dataset of Summary has another")]
    [InlineData(8, "    ids: [yt, yt]", 8, 15, "in 'ids' 'yt' is here twice; first in line 8")]
    [InlineData(8, "    ids: [yt, All]", 8, 15, "'All' stands alone")]
    [InlineData(8, "    ids: []", 8, 10, "'ids' is an empty list")]
    [InlineData(9, "    granularity: Dayly", 9, 18, "'granularity' is 'Dayly'; did you mean 'Daily'? Allowed: Daily, Weekly, Monthly, Yearly")]
    [InlineData(10, "    startOfWeek: Mon", 10, 18, "'startOfWeek' is 'Mon'")]
    [InlineData(11, "    restatement: { by: Replace }", 11, 24, "'by' is 'Replace'; allowed: Replacement, Aggregation")]
    [InlineData(11, "    restatement: { booksClose: 5 }", 11, 32, "'booksClose' is a duration")]
    [InlineData(11, "    restatement: { booksClose: 1m }", 11, 32, "'booksClose' is 1m: allowed is 1h to 3650d")]
    [InlineData(12, "    status: Aktive", 12, 13, "did you mean 'Active'?")]
    [InlineData(13, "    date: ' Date'", 13, 11, "'date' names a field without blanks around it; found ' Date'")]
    [InlineData(13, "    date: Clicks", 13, 11, "'Clicks' is declared as Integer: a date is a Date, a Date-time or a String")]
    [InlineData(16, "    rowKey: [Date, Date]", 16, 20, "in 'rowKey' 'Date' is here twice")]
    [InlineData(17, "    fields: { Clicks: integr }", 17, 23, "the field 'Clicks' has the type 'integr'; did you mean 'Integer'?")]
    [InlineData(17, "    fields: { Clicks: int, C: { path: Clicks, type: int } }", 17, 15, "'Clicks' is declared twice")]
    [InlineData(18, "    mandatory: [chanel]", 18, 17, "the dataset does not map 'chanel'; did you mean 'channel'?")]
    [InlineData(33, "    units: [{ metric: spend, per: clicks, from: 5, to: 1 }]", 33, 13, "a ratio from 5 to 1 never holds: from is below to")]
    [InlineData(33, "    units: [{ metric: spend, per: spend, from: 1, to: 2 }]", 33, 35, "'spend' by itself is always 1")]
    [InlineData(33, "    units: [{ metric: orders, per: clicks, from: 1, to: 2 }]", 33, 23, "the dataset does not map 'orders'")]
    [InlineData(33, "    units: [{ metric: channel, per: clicks, from: 1, to: 2 }]", 33, 23, "'channel' is a dimension: 'metric' takes a metric")]
    [InlineData(33, "    units: [{ metric: spend, per: clicks, to: 2 }]", 33, 13, "a ratio needs 'from'")]
    // What is mapped.
    [InlineData(20, "      chanel: { field: Channel }", 20, 7, "there is no harmonized field 'chanel'; did you mean 'channel'? Allowed: brand, campaign")]
    [InlineData(20, "      channel: { sum: Channel }", 20, 18, "'channel' is a dimension: it takes one of field, value, cases; found 'sum'")]
    [InlineData(20, "      channel: Channel", 20, 16, "the mapping of 'channel' is a map with field, value, cases, otherwise, known; found 'Channel'")]
    [InlineData(20, "      channel: { fiel: Channel }", 20, 18, "the mapping of 'channel' has no 'fiel'; did you mean 'field'?")]
    [InlineData(20, "      channel: { }", 20, 16, "the mapping of 'channel' says nothing: it needs one of field, value, cases")]
    [InlineData(20, "      channel: { field: a, value: b }", 20, 28, "the mapping of 'channel' has 'field' already")]
    [InlineData(20, "      channel: { field: a, otherwise: { value: b } }", 20, 28, "'otherwise' stands beside 'cases'")]
    [InlineData(20, "      channel: { value: TV, known: [Video] }", 20, 16, "'TV' is not among its 'known' values; allowed: Video")]
    [InlineData(20, "      event_date: { field: Date }", 20, 7, "'event_date' is not mapped: 'date' says where it stands")]
    [InlineData(20, "      dataset: { value: x }", 20, 7, "'dataset' is not mapped: it is the dataset's name")]
    [InlineData(20, "      ctr: { sum: x }", 20, 7, "'ctr' is a derived field: it is reckoned by its formula and never mapped")]
    [InlineData(20, "      factor_name: { value: x }", 20, 7, "'factor_name' is for datasets of the category Factors, this one is Summary")]
    [InlineData(24, "          - { any: [{ field: a, equals: b }] }", 24, 13, "a case needs 'then'")]
    [InlineData(24, "          - { then: { value: b } }", 24, 13, "a case needs 'any' or 'all'")]
    [InlineData(24, "          - { any: [{ field: a, equals: b }], all: [{ field: a, equals: b }], then: { value: Summer } }", 24, 47, "a case asks 'any' or 'all', not both")]
    [InlineData(24, "          - { any: [{ field: a }], then: { value: Summer } }", 24, 21, "the condition asks nothing: it needs one of exists, notExists, contains")]
    [InlineData(24, "          - { any: [{ field: a, equal: b }], then: { value: Summer } }", 24, 33, "did you mean 'equals'?")]
    [InlineData(24, "          - { any: [{ field: a, equals: b, contains: c }], then: { value: Summer } }", 24, 44, "the condition asks 'equals' already")]
    [InlineData(24, "          - { any: [{ field: a, exists: yes }], then: { value: Summer } }", 24, 41, "'exists' is true, and 'notExists: true' asks the contrary; found 'yes'")]
    [InlineData(24, "          - { any: [{ field: a, equals: { b: c } }], then: { value: Summer } }", 24, 41, "'equals' is a text, or a list of values")]
    [InlineData(24, "          - { any: [{ field: a, equals: b }, { field: a, is: [b] }], then: { value: Summer } }", 24, 46, "this condition is here twice")]
    [InlineData(24, "          - { any: [{ field: a, equals: b }], then: { value: Winter } }", 23, 9, "'Winter' is not among its 'known' values")]
    [InlineData(24, "          - { any: [{ field: a, equals: b }], then: { } }", 24, 53, "'then' needs 'field' or 'value'")]
    [InlineData(24, "          - { any: [{ field: a, equals: b }], then: { field: x, value: Summer } }", 24, 65, "'then' is a field or a value, not both")]
    [InlineData(25, "          - { all: [{ field: marketing.campaignName, is: [BlackFriday, _black_friday] }], then: { value: Summer } }", 25, 13, "this case is never reached: the one in line 24 asks the same")]
    [InlineData(26, "", 23, 9, "the mapping of 'campaign' needs 'otherwise'")]
    [InlineData(28, "      clicks: { field: Clicks }", 28, 17, "'clicks' is a metric: it takes one of sum, count, min, max, avg, last; found 'field'")]
    [InlineData(28, "      clicks: { summ: Clicks }", 28, 17, "the mapping of 'clicks' has no 'summ'; did you mean 'sum'?")]
    [InlineData(28, "      clicks: { }", 28, 15, "the mapping of 'clicks' adds up nothing")]
    [InlineData(28, "      clicks: { sum: Clicks, max: Clicks }", 28, 30, "the mapping of 'clicks' has 'sum' already")]
    [InlineData(28, "      clicks: { sum: Seen }", 28, 22, "'Seen' is declared as Boolean: 'sum' takes numbers")]
    [InlineData(28, "      clicks: { count: Clicks, scale: 2 }", 28, 32, "'scale' multiplies numbers, and 'count' counts records")]
    [InlineData(29, "      spend: { sum: Spend, scale: 0 }", 29, 35, "'scale' is an exact decimal such as 0.000001, from 1e-12 to 1e12; found '0'")]
    [InlineData(29, "      spend: { sum: Spend, scale: 1e30 }", 29, 35, "'scale' is an exact decimal")]
    [InlineData(30, "      cost: { last: Cost, scale: [{ by: 1, from: 1.5.2024 }] }", 30, 50, "'from' is a day such as 2024-05-01; found '1.5.2024'")]
    [InlineData(30, "      cost: { last: Cost, scale: [{ by: 1 }, { by: 2 }] }", 30, 46, "a scale begins on that day already, in line 30")]
    [InlineData(30, "      cost: { last: Cost, scale: [{ from: 2024-05-01 }] }", 30, 35, "a scale needs 'by'")]
    // Events and factors.
    [InlineData(36, "    restatement: { by: Replacement }", 36, 5, "'restatement' is for Summary and Factors: Experience Events are neither restated nor taken back")]
    [InlineData(36, "    bots: 1.5", 36, 11, "'bots' is 1.5: allowed is a number from 0 to 1")]
    [InlineData(12, "    bots: 0.5", 12, 5, "'bots' is for events: rows of Summary are nobody's doing")]
    [InlineData(36, "    rowKey: [a]", 36, 5, "'rowKey' is for Summary and Factors")]
    [InlineData(37, "    map: { channel: { field: a } }", 37, 5, "the dataset 'websdk' maps no metric: at least one is needed")]
    [InlineData(37, "    map: { }", 37, 10, "'map' is empty: leave it out, or name a harmonized field")]
    [InlineData(37, "", 35, 5, "the dataset 'websdk' needs 'map'")]
    [InlineData(42, "    map: { factor_value: { avg: mm } }", 42, 5, "the dataset 'weather' is of Factors and needs a mapping of 'factor_name'")]
    [InlineData(42, "    map: { geo: { field: Geo } }", 42, 5, "needs a mapping of 'factor_name' and of 'factor_value'")]
    [InlineData(42, "    map: { factor_name: { value: Rain }, factor_value: { avg: mm }, clicks: { sum: c } }", 42, 69, "'clicks' has no place in a dataset of Factors: its only metric is 'factor_value'")]
    [InlineData(42, "    map: { factor_name: { value: Rain }, factor_value: { avg: mm }, factor_type: { value: Inner } }", 42, 82, "'Inner' is not among the values of 'factor_type'; allowed: Internal, External")]
    [InlineData(42, "    map: { factor_name: { value: Rain }, factor_value: { avg: mm }, factor_type: { field: k, known: [Inner] } }", 42, 102, "'factor_type' is never 'Inner'")]
    // Fields.
    [InlineData(45, "  clicks: { category: Metric }", 45, 3, "'clicks' is a global field, Clicks: it is there already and cannot be changed")]
    [InlineData(45, "  reach: { category: Metrik }", 45, 22, "'category' is 'Metrik'; did you mean 'Metric'?")]
    [InlineData(45, "  reach: { display: Reach }", 45, 10, "the field 'reach' needs 'category'")]
    [InlineData(45, "  reach: { category: Metric, type: String }", 45, 36, "a metric is Number or Currency, not String")]
    [InlineData(45, "  reach: { category: Metric, formula: \"[clicks]\" }", 45, 30, "'reach' is a metric: 'formula' is for the category Derived")]
    [InlineData(46, "  ctr: { category: Derived }", 46, 8, "the derived field 'ctr' needs 'formula'")]
    [InlineData(46, "  ctr: { category: Derived, formula: \"[clicks]/[impresions]\" }", 46, 49, "there is no metric 'impresions'; did you mean 'impressions'?")]
    [InlineData(46, "  ctr: { category: Derived, formula: \"[clicks]/[channel]\" }", 46, 49, "'channel' is a dimension: the formula of 'ctr' takes a metric")]
    [InlineData(46, "  ctr: { category: Derived, formula: \"[clicks]/[ctr]\" }", 46, 49, "'ctr' is a derived field: the formula of 'ctr' takes a metric")]
    [InlineData(46, "  ctr: { category: Derived, formula: \"[clicks]/\" }", 46, 48, "the formula of 'ctr': a metric in brackets, a number or ( is missing at the end")]
    [InlineData(46, "  ctr: { category: Derived, formula: \"[clicks] % 2\" }", 46, 48, "the formula of 'ctr': expected + - * / or the end, found '%'")]
    [InlineData(46, "  ctr: { category: Derived, formula: clicks }", 46, 38, "the formula of 'ctr': 'clicks' is no number: metrics stand in brackets, [clicks]")]
    [InlineData(46, "  ctr: { category: Derived, formula: 100 }", 46, 38, "the formula of 'ctr' reads no metric")]
    // Preferences.
    [InlineData(48, "  default: Sum", 48, 12, "'default' is 'Sum'; allowed: Summary data, Event data, Sum of summary and event data")]
    [InlineData(50, "    - { metric: spent, channels: All, prefer: Summary }", 50, 17, "there is no metric 'spent'; did you mean 'spend'?")]
    [InlineData(50, "    - { metric: ctr, channels: All, prefer: Summary }", 50, 17, "'ctr' is a derived field: a preference takes a metric")]
    [InlineData(50, "    - { metric: factor_value, channels: All, prefer: Summary }", 50, 17, "factors are never in conflict")]
    [InlineData(50, "    - { metric: spend, prefer: Summary }", 50, 7, "a preference needs 'channels' or 'conversionTypes', e.g. channels: All")]
    [InlineData(50, "    - { metric: spend, channels: All, conversionTypes: All, prefer: Summary }", 50, 39, "a preference is by 'channels' or by 'conversionTypes', not both")]
    [InlineData(50, "    - { metric: spend, channels: [TV, All], prefer: Summary }", 50, 39, "'All' stands alone: 'channels: All' means every one")]
    [InlineData(50, "    - { metric: spend, channels: All, prefer: Summery }", 50, 47, "did you mean 'Summary'?")]
    [InlineData(50, "    - { metric: clicks, channels: YouTube, prefer: Summary }", 52, 36, "for 'clicks' and 'YouTube' of 'channels' something is preferred already")]
    // Definitions.
    [InlineData(54, "  - { name: Anything, rule: [{ field: channel, is: TV }], volume: clicks }", 55, 13, "the touchpoint 'Anything' is here twice; first in line 54")]
    [InlineData(54, "  - { name: V, rule: [{ field: chanel, is: TV }], volume: clicks }", 54, 32, "there is no dimension 'chanel'; did you mean 'channel'?")]
    [InlineData(54, "  - { name: V, rule: [{ field: clicks, is: TV }], volume: clicks }", 54, 32, "'clicks' is a metric: a rule takes a dimension")]
    [InlineData(54, "  - { name: V, rule: [{ field: channel, is: TV }], volume: impresions }", 54, 60, "there is no metric 'impresions'; did you mean 'impressions'?")]
    [InlineData(54, "  - { name: V, rule: [{ field: channel, is: TV }] }", 54, 5, "a touchpoint needs 'volume'")]
    [InlineData(54, "  - { name: V, rule: [], volume: clicks }", 54, 22, "'rule' is an empty list")]
    [InlineData(57, "  - { name: S, rule: [{ field: channel, is: TV }], metric: brand }", 57, 60, "'brand' is a dimension: 'metric' takes a metric")]
    [InlineData(57, "  - { name: S, rule: [{ field: channel, is: TV }], metric: orders, revnue: spend }", 57, 68, "did you mean 'revenue'?")]
    public void A_mistake_has_its_place_and_what_is_allowed(int line, string instead, int atLine, int atColumn, string message)
    {
        TopologyResult result = TopologyLoader.Parse(DatasetTopology.With(line, instead), "t.yaml");

        Assert.True(
            result.Problems.Any(problem => (problem.Line, problem.Column) == (atLine, atColumn) && problem.Message.Contains(message, StringComparison.Ordinal)),
            string.Join('\n', result.Problems));
    }

    [Theory]
    [InlineData(6, "    categori: Summary")]
    [InlineData(13, "    date: ' Date'")]
    [InlineData(20, "      channel: { fiel: Channel }")]
    [InlineData(45, "  reach: { category: Metrik }")]
    [InlineData(46, "  ctr: { category: Derived }")]
    [InlineData(50, "    - { metric: spent, channels: All, prefer: Summary }")]
    public void One_mistake_makes_one_problem(int line, string instead)
    {
        Assert.Single(TopologyLoader.Parse(DatasetTopology.With(line, instead), "t.yaml").Problems);
    }

    [Fact]
    public void Two_datasets_do_not_take_the_same_records_unless_one_is_a_draft()
    {
        const string Two = "topology: t\ntenant: a\ndatasets:\n  a: { category: Summary, ids: x, map: { clicks: { sum: c } } }\n  b: { category: Summary, ids: [y, x], map: { clicks: { sum: c } } }\n";

        Problem problem = Assert.Single(TopologyLoader.Parse(Two, "t.yaml").Problems);
        Assert.Equal((5, 27), (problem.Line, problem.Column));
        Assert.Contains("the records 'x' of the topic 'summary' are those of 'a' already", problem.Message, StringComparison.Ordinal);
        Assert.True(TopologyLoader.Parse(Two.Replace("ids: [y, x]", "status: Draft, ids: [y, x]", StringComparison.Ordinal), "t.yaml").IsValid);
    }

    [Theory]
    [InlineData("fields: { geo: { category: Dimension } }")]
    [InlineData("mergePreferences: { default: Event data }")]
    [InlineData("touchpoints: [{ name: a, rule: [{ field: channel, is: b }], volume: clicks }]")]
    [InlineData("conversions: [{ name: a, rule: [{ field: channel, is: b }], metric: clicks }]")]
    public void What_is_made_of_datasets_needs_some(string section)
    {
        string text = $"topology: t\ntenant: a\nsource: {{ identity: [a] }}\nfeatures: [{{ name: v, count: x }}]\n{section}\n";

        Problem problem = Assert.Single(TopologyLoader.Parse(text, "t.yaml").Problems);

        Assert.Equal((5, 1), (problem.Line, problem.Column));
        Assert.EndsWith("needs 'datasets'", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model: { name: m, label: { event: order } }", "'model' needs 'features'")]
    [InlineData("audiences: [{ name: a, when: \"true\" }]", "'audiences' needs 'features'")]
    public void What_is_about_visitors_needs_features_beside_datasets_too(string section, string message)
    {
        TopologyResult result = TopologyLoader.Parse(DatasetTopology.Text + section + "\n", "t.yaml");

        Assert.Contains(result.Problems, problem => problem.Message == message);
    }

    [Fact]
    public void A_misspelt_section_is_one_problem()
    {
        const string Text = "topology: t\ntenant: a\ndataset: { tv: { category: Summary, map: { clicks: { sum: c } } } }\n";

        Problem problem = Assert.Single(TopologyLoader.Parse(Text, "t.yaml").Problems);

        Assert.Contains("did you mean 'datasets'?", problem.Message, StringComparison.Ordinal);
    }
}
