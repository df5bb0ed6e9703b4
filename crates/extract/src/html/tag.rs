//! The elements that matter here, and what is true of each.

/// Declares [`Tag`] with a variant for each name.
macro_rules! tags {
    ($($variant:ident $name:literal),* $(,)?) => {
        /// An element's name; every name that needs no treatment of its own is `Other`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(super) enum Tag { $($variant,)* Other }

        impl Tag {
            /// How many there are.
            pub(super) const COUNT: usize = Self::Other as usize + 1;

            /// The tag of a name in lower case.
            pub(super) fn of(name: &[u8]) -> Self {
                match name {
                    $($name => Self::$variant,)*
                    _ => Self::Other,
                }
            }
        }
    };
}

tags! {
    A b"a", Abbr b"abbr", Address b"address", Annotation b"annotation", Article b"article", Aside b"aside",
    Audio b"audio", B b"b", Base b"base", Bdi b"bdi", Bdo b"bdo", Big b"big", Blockquote b"blockquote",
    Body b"body", Br b"br", Button b"button", Canvas b"canvas", Caption b"caption", Center b"center",
    Cite b"cite", Code b"code", Col b"col", Colgroup b"colgroup", Datalist b"datalist", Dd b"dd", Del b"del",
    Details b"details", Dfn b"dfn", Dialog b"dialog", Dir b"dir", Div b"div", Dl b"dl", Dt b"dt", Em b"em",
    Embed b"embed", Fieldset b"fieldset", Figcaption b"figcaption", Figure b"figure", Font b"font",
    Footer b"footer", Form b"form", H1 b"h1", H2 b"h2", H3 b"h3", H4 b"h4", H5 b"h5", H6 b"h6", Head b"head",
    Header b"header", Hgroup b"hgroup", Hr b"hr", Html b"html", I b"i", Iframe b"iframe", Img b"img",
    Input b"input", Ins b"ins", Kbd b"kbd", Label b"label", Legend b"legend", Li b"li", Link b"link",
    Main b"main", Mark b"mark", Math b"math", Menu b"menu", Meta b"meta", Meter b"meter", Nav b"nav",
    Nobr b"nobr", Noembed b"noembed", Noframes b"noframes", Noscript b"noscript", Object b"object", Ol b"ol",
    Optgroup b"optgroup", Option b"option", Output b"output", P b"p", Param b"param", Picture b"picture",
    Plaintext b"plaintext", Pre b"pre", Progress b"progress", Q b"q", Rp b"rp", Rt b"rt", Ruby b"ruby",
    S b"s", Samp b"samp", Script b"script", Search b"search", Section b"section", Select b"select",
    Small b"small", Source b"source", Span b"span", Strike b"strike", Strong b"strong", Style b"style",
    Sub b"sub", Summary b"summary", Sup b"sup", Svg b"svg", Table b"table", Tbody b"tbody", Td b"td",
    Template b"template", Textarea b"textarea", Tfoot b"tfoot", Th b"th", Thead b"thead", Time b"time",
    Title b"title", Tr b"tr", Track b"track", Tt b"tt", U b"u", Ul b"ul", Var b"var", Video b"video",
    Wbr b"wbr", Xmp b"xmp",
}

impl Tag {
    /// Whether it has no content and no end tag.
    pub(super) fn is_void(self) -> bool {
        matches!(
            self,
            Self::Base
                | Self::Br
                | Self::Col
                | Self::Embed
                | Self::Hr
                | Self::Img
                | Self::Input
                | Self::Link
                | Self::Meta
                | Self::Param
                | Self::Source
                | Self::Track
                | Self::Wbr
        )
    }

    /// Whether it only says how its text looks. Neither the content's place nor the Markdown depends on it, so it gets
    /// no node: a tenth to a third of a page's elements.
    pub(super) fn is_look(self) -> bool {
        matches!(
            self,
            Self::Abbr
                | Self::B
                | Self::Bdi
                | Self::Bdo
                | Self::Big
                | Self::Cite
                | Self::Dfn
                | Self::Em
                | Self::Font
                | Self::I
                | Self::Ins
                | Self::Mark
                | Self::Nobr
                | Self::S
                | Self::Small
                | Self::Strike
                | Self::Strong
                | Self::U
        )
    }

    /// Whether a page never shows its content as text.
    pub(super) fn is_unseen(self) -> bool {
        matches!(
            self,
            Self::Annotation
                | Self::Audio
                | Self::Canvas
                | Self::Datalist
                | Self::Del
                | Self::Iframe
                | Self::Meter
                | Self::Noembed
                | Self::Noframes
                | Self::Noscript
                | Self::Progress
                | Self::Rp
                | Self::Rt
                | Self::Script
                | Self::Select
                | Self::Style
                | Self::Svg
                | Self::Template
                | Self::Textarea
                | Self::Title
                | Self::Video
        ) || (self.is_void() && !matches!(self, Self::Br | Self::Hr | Self::Img))
    }

    /// The level of a heading, 1..=6.
    pub(super) fn heading(self) -> Option<usize> {
        match self {
            Self::H1 => Some(1),
            Self::H2 => Some(2),
            Self::H3 => Some(3),
            Self::H4 => Some(4),
            Self::H5 => Some(5),
            Self::H6 => Some(6),
            _ => None,
        }
    }

    /// Whether it stands on lines of its own.
    pub(super) fn is_block(self) -> bool {
        self.closes_paragraph()
            || matches!(
                self,
                Self::Body
                    | Self::Button
                    | Self::Caption
                    | Self::Dd
                    | Self::Dt
                    | Self::Legend
                    | Self::Li
                    | Self::Option
                    | Self::Tbody
                    | Self::Td
                    | Self::Tfoot
                    | Self::Th
                    | Self::Thead
                    | Self::Tr
            )
    }

    /// Whether its start tag ends an open paragraph.
    pub(super) fn closes_paragraph(self) -> bool {
        self.heading().is_some()
            || matches!(
                self,
                Self::Address
                    | Self::Article
                    | Self::Aside
                    | Self::Blockquote
                    | Self::Center
                    | Self::Details
                    | Self::Dialog
                    | Self::Dir
                    | Self::Div
                    | Self::Dl
                    | Self::Fieldset
                    | Self::Figcaption
                    | Self::Figure
                    | Self::Footer
                    | Self::Form
                    | Self::Header
                    | Self::Hgroup
                    | Self::Hr
                    | Self::Main
                    | Self::Menu
                    | Self::Nav
                    | Self::Ol
                    | Self::P
                    | Self::Plaintext
                    | Self::Pre
                    | Self::Search
                    | Self::Section
                    | Self::Summary
                    | Self::Table
                    | Self::Ul
                    | Self::Xmp
            )
    }

    /// Whether it groups blocks without being one of the text's own forms.
    pub(super) fn is_container(self) -> bool {
        matches!(
            self,
            Self::Article
                | Self::Aside
                | Self::Body
                | Self::Center
                | Self::Div
                | Self::Fieldset
                | Self::Form
                | Self::Header
                | Self::Html
                | Self::Main
                | Self::Other
                | Self::Section
                | Self::Span
                | Self::Table
                | Self::Tbody
                | Self::Td
                | Self::Tr
        )
    }

    /// Whether end tags inside it do not reach out of it.
    pub(super) fn is_wall(self) -> bool {
        matches!(self, Self::Caption | Self::Table | Self::Td | Self::Template | Self::Th)
    }

    /// How the text within it is read, where that differs from HTML.
    pub(super) fn content(self) -> Option<html5gum::State> {
        match self {
            Self::Textarea | Self::Title => Some(html5gum::State::RcData),
            Self::Script => Some(html5gum::State::ScriptData),
            Self::Iframe | Self::Noembed | Self::Noframes | Self::Noscript | Self::Style | Self::Xmp => {
                Some(html5gum::State::RawText)
            }
            Self::Plaintext => Some(html5gum::State::PlainText),
            _ => None,
        }
    }
}
